// What the tests of the convolution kernels share: every instruction set, shapes, random tensors, relative
// distance.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/base/random.h"
#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
// Written behind every buffer, which must not change.
constexpr float guard = 12345.0f;
constexpr std::size_t guards = 32;

// A test case for each instruction set that this CPU has.
class ConvKernels : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    force_vector_target(GetParam());
    ASSERT_EQ(vector_target_name(), GetParam());
  }
  void TearDown() override { force_vector_target(""); }
};

#define TAILOR_FOR_EACH_TARGET(suite)                                           \
  INSTANTIATE_TEST_SUITE_P(Targets, suite, testing::ValuesIn(vector_targets()), \
                           [](const testing::TestParamInfo<std::string>& target) { return target.param; })

inline ConvShape conv_shape(int height, int width, int in, int out, int kernel, int padding) {
  return {.in_height = height,
          .in_width = width,
          .in_channels = in,
          .out_height = height + 2 * padding - kernel + 1,
          .out_width = width + 2 * padding - kernel + 1,
          .out_channels = out,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .padding_top = padding,
          .padding_left = padding,
          .padding_bottom = padding,
          .padding_right = padding};
}

// A plain shape made such that no fast kernel may take it, one for each way.
inline std::vector<ConvShape> beyond_plain(const ConvShape& plain) {
  std::vector<ConvShape> all(6, plain);
  all[0].stride_height = 2;
  all[1].stride_width = 2;
  all[2].padding_bottom += 1;
  all[3].padding_left += 1;
  all[4].dilation_width = 2;
  all[5].groups = 2;
  return all;
}

inline std::string text(const ConvShape& s) {
  return std::to_string(s.in_height) + "x" + std::to_string(s.in_width) + "x" +
         std::to_string(s.in_channels) + " to " + std::to_string(s.out_channels) + ", kernel " +
         std::to_string(s.kernel_height) + ", padding " + std::to_string(s.padding());
}

inline std::size_t x_size(const ConvShape& s) {
  return static_cast<std::size_t>(s.in_height) * s.in_width * s.in_channels;
}
inline std::size_t y_size(const ConvShape& s) {
  return static_cast<std::size_t>(s.out_height) * s.out_width * s.out_channels;
}
inline std::size_t pooled_size(const ConvShape& s) {
  return static_cast<std::size_t>(s.out_height / 2) * (s.out_width / 2) * s.out_channels;
}
inline std::size_t weight_size(const ConvShape& s) {
  return static_cast<std::size_t>(s.out_channels) * s.kernel_height * s.kernel_width * s.in_channels;
}

// n values followed by guards.
inline std::vector<float> normals(std::size_t n, std::uint64_t seed, double scale = 1) {
  std::vector<float> values(n + guards, guard);
  const Key key(seed);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(scale * key.normal(i));
  return values;
}
inline std::vector<float> filled(std::size_t n, float value = not_a_number) {
  std::vector<float> values(n, value);
  values.resize(n + guards, guard);
  return values;
}
inline void expect_guards(const std::vector<float>& values) {
  for (std::size_t i = values.size() - guards; i < values.size(); ++i)
    ASSERT_EQ(values[i], guard) << "overrun";
}

// |a - b| / |b| over the first n values (the norm of a where b is zero); infinite where one has NaN.
inline double distance(const std::vector<float>& a, const std::vector<float>& b, std::size_t n) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < n; ++i) {
    difference += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    norm += static_cast<double>(b[i]) * b[i];
  }
  const double result = std::sqrt(norm > 0 ? difference / norm : difference);
  return std::isnan(result) ? std::numeric_limits<double>::infinity() : result;
}

constexpr double tolerance = 1e-5;

}  // namespace tailor::kernels
