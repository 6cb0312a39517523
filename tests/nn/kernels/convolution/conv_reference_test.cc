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
          .stride_height = stride,
          .stride_width = stride,
          .padding_top = padding,
          .padding_left = padding,
          .padding_bottom = padding,
          .padding_right = padding};
}

// Everything at once that the plain shapes have not.
const ConvShape general[] = {
    {.in_height = 7,
     .in_width = 8,
     .in_channels = 4,
     .out_height = 4,
     .out_width = 3,
     .out_channels = 6,
     .kernel_height = 3,
     .kernel_width = 2,
     .stride_height = 1,
     .stride_width = 3,
     .padding_top = 0,
     .padding_left = 1,
     .padding_bottom = 1,
     .padding_right = 0,
     .dilation_height = 2,
     .dilation_width = 1,
     .groups = 2},
    {.in_height = 5,
     .in_width = 6,
     .in_channels = 3,
     .out_height = 3,
     .out_width = 6,
     .out_channels = 3,
     .kernel_height = 3,
     .kernel_width = 3,
     .stride_height = 2,
     .stride_width = 1,
     .padding_top = 1,
     .padding_left = 2,
     .padding_bottom = 1,
     .padding_right = 2,
     .dilation_height = 1,
     .dilation_width = 2,
     .groups = 3},
};

TEST(ConvReference, ByHand) {
  const std::vector<float> src = {1, 2, 3, 4, 5, 6, 7, 8, 9}, weights = {1, 10, 100, 1000}, bias = {0.5f};
  std::vector<float> dst(4);
  reference::conv_forward(shape(3, 3, 1, 1, 2, 2, 1, 0), src.data(), weights.data(), bias.data(), dst.data());
  EXPECT_EQ(dst, (std::vector<float>{5421.5f, 6532.5f, 8754.5f, 9865.5f}));
  dst.resize(4);
  reference::conv_forward(shape(3, 3, 1, 1, 2, 2, 2, 1), src.data(), weights.data(), nullptr, dst.data());
  EXPECT_EQ(dst, (std::vector<float>{1000, 3200, 7040, 9865}));
}

TEST(ConvReference, GroupsAndDilationByHand) {
  // Two groups of two channels each to one; taps two rows apart, a row of zeros above.
  const ConvShape s{.in_height = 3,
                    .in_width = 1,
                    .in_channels = 4,
                    .out_height = 2,
                    .out_width = 1,
                    .out_channels = 2,
                    .kernel_height = 2,
                    .kernel_width = 1,
                    .padding_top = 1,
                    .dilation_height = 2,
                    .groups = 2};
  const std::vector<float> src = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const std::vector<float> weights = {1, 10, 100, 1000, 2, 20, 200, 2000};  // [out][ky][in of the group]
  std::vector<float> dst(4);
  reference::conv_forward(s, src.data(), weights.data(), nullptr, dst.data());
  EXPECT_EQ(dst, (std::vector<float>{100 * 5 + 1000 * 6, 200 * 7 + 2000 * 8, 1 + 10 * 2 + 100 * 9 + 1000 * 10,
                                     2 * 3 + 20 * 4 + 200 * 11 + 2000 * 12}));
}

TEST(ConvReference, Gradients) {
  for (const ConvShape& s :
       {general[0], general[1], shape(5, 4, 2, 3, 3, 3, 1, 0), shape(5, 6, 3, 2, 3, 2, 2, 1),
        shape(1, 1, 1, 1, 1, 1, 1, 0), shape(4, 4, 1, 2, 5, 5, 1, 2), shape(7, 5, 2, 2, 1, 3, 3, 0)}) {
    const std::size_t outputs = static_cast<std::size_t>(s.out_height) * s.out_width * s.out_channels;
    const auto src = random_values<double>(s.in_height * s.in_width * s.in_channels, 1);
    const auto weights =
        random_values<double>(s.out_channels * s.kernel_height * s.kernel_width * s.group_inputs(), 2);
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
