// The convolution that the fast ones are compared with: one case by hand, and its gradients numerically.
#include "tailor/nn/kernels/convolution/conv_reference.h"

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"

namespace tailor::kernels {
namespace {

ConvShape shape(int height, int width, int in, int out, int kernel_height, int kernel_width, int stride,
                int padding) {
  return {.in_height = height,
          .in_width = width,
          .in_channels = in,
          .out_height = (height + 2 * padding - kernel_height) / stride + 1,
          .out_width = (width + 2 * padding - kernel_width) / stride + 1,
          .out_channels = out,
          .kernel_height = kernel_height,
          .kernel_width = kernel_width,
          .stride = stride,
          .padding = padding};
}

TEST(ConvReference, ByHand) {
  const std::vector<float> src = {1, 2, 3, 4, 5, 6, 7, 8, 9}, weights = {1, 10, 100, 1000}, bias = {0.5f};
  std::vector<float> dst(4);
  reference::conv_forward(shape(3, 3, 1, 1, 2, 2, 1, 0), src.data(), weights.data(), bias.data(), dst.data());
  EXPECT_EQ(dst, (std::vector<float>{5421.5f, 6532.5f, 8754.5f, 9865.5f}));
  dst.resize(4);
  reference::conv_forward(shape(3, 3, 1, 1, 2, 2, 2, 1), src.data(), weights.data(), nullptr, dst.data());
  EXPECT_EQ(dst, (std::vector<float>{1000, 3200, 7040, 9865}));
}

TEST(ConvReference, Gradients) {
  for (const ConvShape& s :
       {shape(5, 4, 2, 3, 3, 3, 1, 0), shape(5, 6, 3, 2, 3, 2, 2, 1), shape(1, 1, 1, 1, 1, 1, 1, 0),
        shape(4, 4, 1, 2, 5, 5, 1, 2), shape(7, 5, 2, 2, 1, 3, 3, 0)}) {
    const std::size_t outputs = static_cast<std::size_t>(s.out_height) * s.out_width * s.out_channels;
    const auto src = random_values<double>(s.in_height * s.in_width * s.in_channels, 1);
    const auto weights =
        random_values<double>(s.out_channels * s.kernel_height * s.kernel_width * s.in_channels, 2);
    const auto bias = random_values<double>(s.out_channels, 3);
    const auto diff_dst = random_values<double>(outputs, 4);
    const auto value = [&](const auto& x, const auto& w, const auto& b) {
      std::vector<double> dst(outputs);
      reference::conv_forward(s, x.data(), w.data(), b.data(), dst.data());
      return dot(dst, diff_dst);
    };
    std::vector<double> diff_src(src.size()), diff_weights(weights.size()), diff_bias(bias.size());
    reference::conv_backward_data(s, diff_dst.data(), weights.data(), diff_src.data());
    reference::conv_backward_weights(s, src.data(), diff_dst.data(), diff_weights.data(), diff_bias.data());
    expect_gradient(diff_src, src, [&](const auto& x) { return value(x, weights, bias); });
    expect_gradient(diff_weights, weights, [&](const auto& w) { return value(src, w, bias); });
    expect_gradient(diff_bias, bias, [&](const auto& b) { return value(src, weights, b); });
  }
}

}  // namespace
}  // namespace tailor::kernels
