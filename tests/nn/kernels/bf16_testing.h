// What the tests of the bf16 kernels share: they run where the processor has matrix tiles.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nn/kernels/conv_testing.h"
#include "tailor/nn/kernels/bf16/bf16.h"

namespace tailor::kernels {

using MatrixTiles = testing::TestWithParam<std::string>;

// No test case on a processor without them: nothing calls these kernels there.
inline std::vector<std::string> matrix_units() {
  return bf16_supported() ? std::vector<std::string>{"AMX"} : std::vector<std::string>{};
}
#define TAILOR_FOR_EACH_MATRIX_UNIT(suite)                                                   \
  GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite);                                      \
  INSTANTIATE_TEST_SUITE_P(Units, suite, testing::ValuesIn(tailor::kernels::matrix_units()), \
                           [](const testing::TestParamInfo<std::string>& unit) { return unit.param; })

// n values in whole cache lines, full of NaN, with a line behind them that must not change.
class Bf16Buffer {
 public:
  explicit Bf16Buffer(std::size_t n) : lines_((n + 31) / 32 + 1) {
    for (Line& line : lines_)
      for (Bf16& value : line.values) value = 0x7fc1;
  }
  Bf16* data() { return lines_[0].values; }
  void expect_guard() const {
    for (const Bf16 value : lines_.back().values) ASSERT_EQ(value, 0x7fc1) << "overrun";
  }

 private:
  struct alignas(64) Line {
    Bf16 values[32];
  };
  std::vector<Line> lines_;
};

// The same for floats.
class LineFloats {
 public:
  explicit LineFloats(std::size_t n, float value = not_a_number) : lines_((n + 15) / 16 + 1) {
    for (Line& line : lines_)
      for (float& v : line.values) v = value;
    for (float& v : lines_.back().values) v = guard;
  }
  float* data() { return lines_[0].values; }
  void expect_guard() const {
    for (const float value : lines_.back().values) ASSERT_EQ(value, guard) << "overrun";
  }

 private:
  struct alignas(64) Line {
    float values[16];
  };
  std::vector<Line> lines_;
};

inline std::vector<float> rounded(std::vector<float> values) {
  for (float& value : values) value = value == guard ? value : reference::round_to_bf16(value);
  return values;
}

}  // namespace tailor::kernels
