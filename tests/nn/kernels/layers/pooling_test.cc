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
          .stride_height = stride,
          .stride_width = stride,
          .padding_top = padding,
          .padding_left = padding,
          .padding_bottom = padding,
          .padding_right = padding};
}

// Steps and padding of their own for each axis and side, and a last window that hangs over two edges; for
// maxima also with gaps between the rows and columns of a window.
PoolShape general(int channels, bool dilated, bool count_padding) {
  return {.in_height = 8,
          .in_width = 10,
          .channels = channels,
          .out_height = dilated ? 3 : 4,
          .out_width = dilated ? 3 : 4,
          .kernel_height = 3,
          .kernel_width = 2,
          .stride_height = 2,
          .stride_width = 3,
          .padding_top = 1,
          .padding_left = 0,
          .padding_bottom = 0,
          .padding_right = 1,
          .dilation_height = dilated ? 2 : 1,
          .dilation_width = dilated ? 3 : 1,
          .count_padding = count_padding};
}

PoolShape adaptive(int in_height, int in_width, int channels, int out_height, int out_width) {
  return {.in_height = in_height,
          .in_width = in_width,
          .channels = channels,
          .out_height = out_height,
          .out_width = out_width,
          .adaptive = true};
}

std::vector<PoolShape> averages() {
  std::vector<PoolShape> all;
  for (const int channels : {1, 16, 19}) {
    all.push_back(general(channels, false, true));
    all.push_back(adaptive(7, 10, channels, 3, 4));
    all.push_back(adaptive(5, 4, channels, 7, 4));  // larger than the image
    all.push_back(adaptive(6, 6, channels, 1, 2));
    PoolShape over = shape(5, 5, channels, 2, 2, 2, 0);  // tiles, the last ones over the edge
    over.out_height = over.out_width = 3;
    all.push_back(over);
  }
  return all;
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
    all.push_back(general(channels, false, false));
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
    for (const int channels : {1, 16, 19})
      expect_max_pool_matches<std::uint8_t>(general(channels, true, false));
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
    std::vector<PoolShape> all = shapes();
    for (const PoolShape& s : averages()) all.push_back(s);
    for (const PoolShape& s : all) {
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

TEST(AveragePool, WhatItDividesBy) {
  // One column of 1, 2, 3, 4, 5; windows of 3 every 3 with a row above: (0, 1, 2), (3, 4, 5), and one that hangs
  // over the edge has only what is padding or image.
  PoolShape s{.in_height = 5,
              .in_width = 1,
              .channels = 1,
              .out_height = 2,
              .out_width = 1,
              .kernel_height = 3,
              .stride_height = 3,
              .padding_top = 1};
  const std::vector<float> src = {1, 2, 3, 4, 5};
  std::vector<float> dst(2);
  const auto averages = [&] {
    average_pool_forward(s, src.data(), dst.data());
    return dst;
  };
  EXPECT_EQ(averages(), (std::vector<float>{1.5f, 4}));
  s.count_padding = true;
  EXPECT_EQ(averages(), (std::vector<float>{1, 4}));
  s.padding_top = 2, s.padding_bottom = 1, s.stride_height = 4, s.kernel_height = 5;  // rows -2 … 2, 2 … 6
  EXPECT_EQ(averages(), (std::vector<float>{1.2f, 3}));  // 6 / 5, and 12 / 4: row 6 is beyond the padding
}

TEST(AveragePool, AdaptiveBinsAreThoseOfPyTorch) {
  // torch.nn.functional.adaptive_avg_pool1d(torch.arange(5.) + 1, n)
  const std::vector<float> src = {1, 2, 3, 4, 5};
  const auto bins = [&](int n) {
    std::vector<float> dst(static_cast<std::size_t>(n));
    average_pool_forward(adaptive(5, 1, 1, n, 1), src.data(), dst.data());
    return dst;
  };
  EXPECT_EQ(bins(1), (std::vector<float>{3}));
  EXPECT_EQ(bins(2), (std::vector<float>{2, 4}));
  EXPECT_EQ(bins(3), (std::vector<float>{1.5f, 3, 4.5f}));
  EXPECT_EQ(bins(7), (std::vector<float>{1, 1.5f, 2.5f, 3, 3.5f, 4.5f, 5}));
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

void expect_max_gradient(const PoolShape& s) {
  const auto src = random_values<double>(inputs(s), 3), diff_dst = random_values<double>(outputs(s), 4);
  std::vector<double> dst(outputs(s)), gradient(inputs(s));
  std::vector<std::uint8_t> argmax(outputs(s));
  reference::max_pool_forward(s, src.data(), dst.data(), argmax.data());
  reference::max_pool_backward(s, diff_dst.data(), argmax.data(), gradient.data());
  expect_gradient(gradient, src, [&](const auto& x) {
    reference::max_pool_forward(s, x.data(), dst.data(), argmax.data());
    return dot(dst, diff_dst);
  });
}

void expect_average_gradient(const PoolShape& s) {
  const auto src = random_values<double>(inputs(s), 3), diff_dst = random_values<double>(outputs(s), 4);
  std::vector<double> dst(outputs(s)), gradient(inputs(s));
  reference::average_pool_backward(s, diff_dst.data(), gradient.data());
  expect_gradient(gradient, src, [&](const auto& x) {
    reference::average_pool_forward(s, x.data(), dst.data());
    return dot(dst, diff_dst);
  });
}

TEST(Pooling, ReferenceGradients) {
  for (const PoolShape& s : {shape(5, 4, 2, 2, 2, 2, 0), shape(5, 4, 1, 3, 3, 2, 1),
                             shape(4, 5, 2, 3, 2, 1, 1), general(2, false, true), general(2, false, false)}) {
    expect_max_gradient(s);
    expect_average_gradient(s);
  }
  expect_max_gradient(general(2, true, false));
  for (const PoolShape& s : {adaptive(7, 5, 2, 3, 2), adaptive(3, 4, 1, 5, 4)}) expect_average_gradient(s);
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
