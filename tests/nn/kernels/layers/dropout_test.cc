// Dropout is exact: the vector mask equals base/random.h's bit for bit, on every instruction set.
#include "tailor/nn/kernels/layers/dropout.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"

namespace tailor::kernels {
namespace {

TEST(Dropout, MatchesTheReferenceBitForBit) {
  for_each_target([] {
    for (const std::size_t n : {0, 1, 5, 16, 17, 63, 1000})
      for (const float rate : {0.0f, 0.1f, 0.25f, 0.5f, 0.999f})
        for (const std::uint32_t first : {0u, 7u, 0xfffffff0u}) {
          auto src = random_values(n, n);
          std::vector<float> dst(n), expected(n);
          dropout(src.data(), dst.data(), n, {0xdeadbeefu, first, rate});
          reference::dropout(src.data(), expected.data(), n, {0xdeadbeefu, first, rate});
          ASSERT_EQ(dst, expected) << n << ' ' << rate << ' ' << first;
          dropout(src.data(), src.data(), n, {0xdeadbeefu, first, rate});
          ASSERT_EQ(src, expected);
        }
  });
}

TEST(Dropout, PartsEqualTheWhole) {
  const auto src = random_values(100, 1);
  std::vector<float> whole(100), parts(100);
  dropout(src.data(), whole.data(), 100, {3, 40, 0.5f});
  dropout(src.data(), parts.data(), 37, {3, 40, 0.5f});
  dropout(src.data() + 37, parts.data() + 37, 63, {3, 77, 0.5f});
  EXPECT_EQ(whole, parts);
}

TEST(Dropout, KeepsTheShareAndTheMean) {
  const std::size_t n = 100000;
  const std::vector<float> ones(n, 1);
  std::vector<float> dst(n);
  for (const float rate : {0.1f, 0.25f, 0.5f}) {
    dropout(ones.data(), dst.data(), n, {12345, 0, rate});
    const double dropped =
        static_cast<double>(std::count(dst.begin(), dst.end(), 0.0f)) / static_cast<double>(n);
    EXPECT_NEAR(dropped, rate, 0.01);
    EXPECT_FLOAT_EQ(*std::max_element(dst.begin(), dst.end()), 1 / (1 - rate));
  }
  dropout(ones.data(), dst.data(), n, {12345, 0, 0});
  EXPECT_EQ(dst, ones);
}

}  // namespace
}  // namespace tailor::kernels
