// The activations against their definitions: lengths with tails, extreme values, NaN, in place, derivatives.
#include "tailor/nn/kernels/layers/elementwise.h"

#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"

namespace tailor::kernels {
namespace {

constexpr Activation all[] = {Activation::relu,    Activation::leaky_relu,   Activation::elu,
                              Activation::gelu,    Activation::silu,         Activation::tanh,
                              Activation::sigmoid, Activation::hard_sigmoid, Activation::hard_swish,
                              Activation::clip};
constexpr std::size_t sizes[] = {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 1023};

std::vector<float> forward(Activation activation, ActivationConstants constants,
                           const std::vector<float>& src) {
  std::vector<float> dst(src.size());
  activation_forward(activation, constants, src.data(), dst.data(), src.size());
  return dst;
}

std::vector<float> expected(Activation activation, ActivationConstants constants,
                            const std::vector<float>& src) {
  std::vector<float> dst(src.size());
  reference::activation_forward(activation, constants, src.data(), dst.data(), src.size());
  return dst;
}

TEST(Elementwise, ActivationsMatchTheReference) {
  for_each_target([] {
    for (const Activation activation : all)
      for (const std::size_t n : sizes) {
        SCOPED_TRACE(static_cast<int>(activation));
        const auto src = random_values(n, n, 0.1, 3);
        const auto dst = expected(activation, {0.3f, 0.7f}, src);
        // A hard sigmoid near 0 is a difference.
        expect_close(forward(activation, {0.3f, 0.7f}, src), dst, 1e-6,
                     activation == Activation::hard_sigmoid ? 1 : 1e-3);
        auto in_place = src;
        activation_forward(activation, {0.3f, 0.7f}, in_place.data(), in_place.data(), n);
        EXPECT_EQ(in_place, forward(activation, {0.3f, 0.7f}, src));

        const auto& saved = uses_output(activation) ? dst : src;
        auto diff = random_values(n, n + 1);
        std::vector<float> diff_expected(n), diff_actual(n);
        reference::activation_backward(activation, {0.3f, 0.7f}, saved.data(), diff.data(),
                                       diff_expected.data(), n);
        activation_backward(activation, {0.3f, 0.7f}, saved.data(), diff.data(), diff_actual.data(), n);
        expect_close(diff_actual, diff_expected, 1e-6);
        activation_backward(activation, {0.3f, 0.7f}, saved.data(), diff.data(), diff.data(), n);
        EXPECT_EQ(diff, diff_actual);
      }
  });
}

// The whole range where the functions change, in small steps; small results keep their relative accuracy.
TEST(Elementwise, AccurateFarFromZero) {
  std::vector<float> src;
  for (int i = -20000; i <= 20000; ++i) src.push_back(static_cast<float>(i) / 1000.0f);
  std::vector<float> tiny;
  for (int i = -60; i <= 0; ++i) tiny.push_back(std::ldexp(1.0f, i)), tiny.push_back(-std::ldexp(1.0f, i));
  for_each_target([&] {
    // Without fused multiply-add the square in gelu's exponential is rounded.
    for (const auto& [activation, floor] : {std::pair{Activation::elu, 1e-30},
                                            {Activation::silu, 1e-30},
                                            {Activation::tanh, 1e-30},
                                            {Activation::sigmoid, 1e-30},
                                            {Activation::hard_swish, 1e-2},
                                            {Activation::gelu, 1e-2}}) {
      SCOPED_TRACE(static_cast<int>(activation));
      expect_close(forward(activation, {1}, src), expected(activation, {1}, src), 2e-6, floor);
      expect_close(forward(activation, {1}, tiny), expected(activation, {1}, tiny), 2e-6, floor);
    }
    expect_close(forward(Activation::gelu, {1}, src), expected(Activation::gelu, {1}, src), 1e-5, 1e-30);
  });
}

TEST(Elementwise, NotANumberPassesAndInfinityHasItsLimit) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                  infinity = std::numeric_limits<float>::infinity();
  for_each_target([] {
    for (const Activation activation : all)
      for (std::size_t at = 0; at < 19; ++at) {
        SCOPED_TRACE(static_cast<int>(activation));
        auto src = random_values(19, 5);
        src[at] = nan;
        expect_close(forward(activation, {0.5f, 0.75f}, src), expected(activation, {0.5f, 0.75f}, src), 1e-6);
        const std::vector<float> ones(19, 1);
        std::vector<float> diff(19), diff_expected(19);
        activation_backward(activation, {0.5f, 0.75f}, src.data(), ones.data(), diff.data(), 19);
        reference::activation_backward(activation, {0.5f, 0.75f}, src.data(), ones.data(),
                                       diff_expected.data(), 19);
        expect_close(diff, diff_expected, 1e-6);
      }
    const std::vector<float> far = {infinity, -200, 200, 1e30f, -1e30f, -infinity};
    for (const Activation activation :
         {Activation::relu, Activation::leaky_relu, Activation::elu, Activation::tanh, Activation::sigmoid,
          Activation::hard_sigmoid, Activation::clip}) {
      expect_close(forward(activation, {0.5f, 0.75f}, far), expected(activation, {0.5f, 0.75f}, far), 1e-6);
    }
    for (const Activation activation : {Activation::gelu, Activation::silu, Activation::hard_swish}) {
      const std::vector<float> finite(far.begin(), far.end() - 1);
      expect_close(forward(activation, {0.5f, 0.75f}, finite), expected(activation, {0.5f, 0.75f}, finite),
                   1e-6);
    }
  });
}

TEST(Elementwise, ReferenceGradients) {
  for (const Activation activation : all) {
    const auto src = random_values<double>(50, 9, 0, 2), diff_dst = random_values<double>(50, 10);
    std::vector<double> dst(50), gradient(50);
    reference::activation_forward(activation, {0.25f, 0.5f}, src.data(), dst.data(), 50);
    reference::activation_backward(activation, {0.25f, 0.5f},
                                   uses_output(activation) ? dst.data() : src.data(), diff_dst.data(),
                                   gradient.data(), 50);
    expect_gradient(gradient, src, [&](const auto& x) {
      std::vector<double> y(50);
      reference::activation_forward(activation, {0.25f, 0.5f}, x.data(), y.data(), 50);
      return dot(y, diff_dst);
    });
  }
}

TEST(Elementwise, SumsAndProducts) {
  for_each_target([] {
    for (const std::size_t n : sizes) {
      const auto a = random_values(n, 1), b = random_values(n, 2);
      std::vector<float> sum(n), sum_expected(n);
      add(a.data(), b.data(), sum.data(), n);
      reference::add(a.data(), b.data(), sum_expected.data(), n);
      EXPECT_EQ(sum, sum_expected);
      accumulate(a.data(), sum.data(), n);
      reference::accumulate(a.data(), sum_expected.data(), n);
      EXPECT_EQ(sum, sum_expected);
      multiply(1.25f, sum.data(), n);
      reference::multiply(1.25f, sum_expected.data(), n);
      EXPECT_EQ(sum, sum_expected);
      multiply(a.data(), sum.data(), sum.data(), n);
      reference::multiply(a.data(), sum_expected.data(), sum_expected.data(), n);
      EXPECT_EQ(sum, sum_expected);
    }
  });
}

}  // namespace
}  // namespace tailor::kernels
