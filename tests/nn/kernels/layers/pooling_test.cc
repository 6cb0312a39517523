// Poolings against plain loops: padding, overlap, uncovered borders, few and many channels, ties, NaN,
// gradients.
#include "tailor/nn/kernels/layers/pooling.h"

#include <limits>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"

namespace tailor::kernels {
namespace {

PoolShape shape(int height, int width, int channels, int kernel_height, int kernel_width, int stride,
                int padding) {
  return {.in_height = height,
          .in_width = width,
          .channels = channels,
          .out_height = (height + 2 * padding - kernel_height) / stride + 1,
          .out_width = (width + 2 * padding - kernel_width) / stride + 1,
          .kernel_height = kernel_height,
          .kernel_width = kernel_width,
          .stride = stride,
          .padding = padding};
}

std::vector<PoolShape> shapes() {
  std::vector<PoolShape> all;
  for (const int channels : {1, 3, 8, 16, 17, 40, 64}) {
    all.push_back(shape(6, 6, channels, 2, 2, 2, 0));
    all.push_back(shape(7, 5, channels, 2, 2, 2, 0));  // a border that no window covers
    all.push_back(shape(7, 6, channels, 3, 3, 2, 1));  // overlapping, padded
    all.push_back(shape(5, 8, channels, 3, 2, 1, 1));
    all.push_back(shape(1, 1, channels, 1, 1, 1, 0));
    all.push_back(shape(4, 4, channels, 1, 1, 2, 0));
  }
  all.push_back(shape(16, 16, 5, 16, 16, 1, 0));  // 256 places
  return all;
}

// Whose places no byte can tell.
std::vector<PoolShape> wide_shapes() {
  return {shape(17, 16, 5, 17, 16, 1, 0), shape(20, 300, 17, 2, 150, 150, 0), shape(40, 40, 3, 32, 32, 4, 2),
          shape(64, 64, 16, 64, 64, 1, 0)};
}

std::size_t inputs(const PoolShape& s) {
  return static_cast<std::size_t>(s.in_height) * s.in_width * s.channels;
}
std::size_t outputs(const PoolShape& s) {
  return static_cast<std::size_t>(s.out_height) * s.out_width * s.channels;
}

template <class Argmax>
void expect_max_pool_matches(const PoolShape& s) {
  auto src = random_values(inputs(s), 1, 0.5);  // many ties at zero
  if (src.size() > 20) src[3] = src[11] = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> dst(outputs(s)), dst_expected(outputs(s));
  std::vector<Argmax> argmax(outputs(s)), argmax_expected(outputs(s));
  max_pool_forward(s, src.data(), dst.data(), argmax.data());
  reference::max_pool_forward(s, src.data(), dst_expected.data(), argmax_expected.data());
  expect_close(dst, dst_expected, 0);
  ASSERT_EQ(argmax, argmax_expected);

  const auto diff_dst = random_values(outputs(s), 2);
  std::vector<float> diff_src(inputs(s), 99), diff_expected(inputs(s), 99);
  max_pool_backward(s, diff_dst.data(), argmax.data(), diff_src.data());
  reference::max_pool_backward(s, diff_dst.data(), argmax.data(), diff_expected.data());
  expect_close(diff_src, diff_expected, 1e-6);
}

TEST(MaxPool, MatchesTheReference) {
  for_each_target([] {
    for (const PoolShape& s : shapes()) {
      ASSERT_TRUE(places_fit_byte(s));
      expect_max_pool_matches<std::uint8_t>(s);
      expect_max_pool_matches<std::int32_t>(s);
    }
    for (const PoolShape& s : wide_shapes()) {
      ASSERT_FALSE(places_fit_byte(s));
      expect_max_pool_matches<std::int32_t>(s);
    }
  });
}

TEST(MaxPool, FirstOfEqualsAndNotANumberWin) {
  const PoolShape s = shape(2, 2, 1, 2, 2, 2, 0);
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                  infinity = std::numeric_limits<float>::infinity();
  for_each_target([&] {
    const auto winner = [&](std::vector<float> src) {
      float dst;
      std::uint8_t argmax;
      max_pool_forward(s, src.data(), &dst, &argmax);
      return std::isnan(dst) == std::isnan(src[argmax]) ? argmax : 99;
    };
    EXPECT_EQ(winner({1, 2, 2, 0}), 1);
    EXPECT_EQ(winner({0, 0, 0, 0}), 0);
    EXPECT_EQ(winner({-3, -2, -1, -4}), 2);
    EXPECT_EQ(winner({1, nan, 5, nan}), 1);
    EXPECT_EQ(winner({nan, 2, 3, 4}), 0);
    EXPECT_EQ(winner({-infinity, -infinity, -infinity, -infinity}), 0);
    EXPECT_EQ(winner({1, infinity, 5, nan}), 3);
  });
}

TEST(AveragePool, MatchesTheReference) {
  for_each_target([] {
    for (const PoolShape& s : shapes()) {
      auto src = random_values(inputs(s), 1);
      if (src.size() > 20) src[3] = std::numeric_limits<float>::quiet_NaN();
      std::vector<float> dst(outputs(s)), dst_expected(outputs(s));
      average_pool_forward(s, src.data(), dst.data());
      reference::average_pool_forward(s, src.data(), dst_expected.data());
      expect_close(dst, dst_expected, 1e-6);

      const auto diff_dst = random_values(outputs(s), 2);
      std::vector<float> diff_src(inputs(s), 99), diff_expected(inputs(s), 99);
      average_pool_backward(s, diff_dst.data(), diff_src.data());
      reference::average_pool_backward(s, diff_dst.data(), diff_expected.data());
      expect_close(diff_src, diff_expected, 1e-6);
    }
  });
}

TEST(GlobalAverage, MatchesTheReference) {
  for_each_target([] {
    for (const int rows : {1, 2, 5, 64, 49, 1001})
      for (const int channels : {1, 7, 16, 33, 64}) {
        auto src = random_values(static_cast<std::size_t>(rows) * channels, 1);
        for (float& v : src) v += 3;
        src.back() = rows == 5 ? std::numeric_limits<float>::quiet_NaN() : src.back();
        std::vector<float> dst(channels), dst_expected(channels), diff_src(src.size()),
            diff_expected(src.size());
        global_average_forward(rows, channels, src.data(), dst.data());
        reference::global_average_forward(rows, channels, src.data(), dst_expected.data());
        expect_close(dst, dst_expected, 2e-6);
        global_average_backward(rows, channels, dst.data(), diff_src.data());
        reference::global_average_backward(rows, channels, dst.data(), diff_expected.data());
        expect_close(diff_src, diff_expected, 1e-6, 1e-3);
      }
  });
}

TEST(Pooling, ReferenceGradients) {
  for (const PoolShape& s :
       {shape(5, 4, 2, 2, 2, 2, 0), shape(5, 4, 1, 3, 3, 2, 1), shape(4, 5, 2, 3, 2, 1, 1)}) {
    const auto src = random_values<double>(inputs(s), 3), diff_dst = random_values<double>(outputs(s), 4);
    std::vector<double> dst(outputs(s)), gradient(inputs(s));
    std::vector<std::uint8_t> argmax(outputs(s));
    reference::max_pool_forward(s, src.data(), dst.data(), argmax.data());
    reference::max_pool_backward(s, diff_dst.data(), argmax.data(), gradient.data());
    expect_gradient(gradient, src, [&](const auto& x) {
      reference::max_pool_forward(s, x.data(), dst.data(), argmax.data());
      return dot(dst, diff_dst);
    });
    reference::average_pool_backward(s, diff_dst.data(), gradient.data());
    expect_gradient(gradient, src, [&](const auto& x) {
      reference::average_pool_forward(s, x.data(), dst.data());
      return dot(dst, diff_dst);
    });
  }
  const auto src = random_values<double>(20, 5), diff_dst = random_values<double>(4, 6);
  std::vector<double> dst(4), gradient(20);
  reference::global_average_backward(5, 4, diff_dst.data(), gradient.data());
  expect_gradient(gradient, src, [&](const auto& x) {
    reference::global_average_forward(5, 4, x.data(), dst.data());
    return dot(dst, diff_dst);
  });
}

}  // namespace
}  // namespace tailor::kernels
