#include "tailor/base/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(Random, ValuesAreAFunctionOfKeyAndIndex) {
  const Key key = Key(7).with(Purpose::dropout).with(3);
  EXPECT_EQ(key.bits(5), Key(7).with(Purpose::dropout).with(3).bits(5));
  EXPECT_NE(key.bits(5), key.bits(6));
  EXPECT_NE(key.bits(5), Key(8).with(Purpose::dropout).with(3).bits(5));
  EXPECT_NE(Key(1).with(2).with(3).bits(0), Key(1).with(3).with(2).bits(0));
}

TEST(Random, UniformAndNormalHaveTheirMoments) {
  const Key key(1);
  constexpr int n = 200000;
  double sum = 0, normal = 0, square = 0;
  for (int i = 0; i < n; ++i) {
    sum += key.uniform(i);
    const double z = key.normal(i);
    normal += z, square += z * z;
  }
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(normal / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(square / n, 1, 5 * std::sqrt(2.0 / n));
}

TEST(Random, ShuffleIsAPermutationThatDependsOnTheKey) {
  std::vector<std::uint32_t> items(1000), other(1000);
  std::iota(items.begin(), items.end(), 0u);
  other = items;
  shuffle(items, Key(1));
  shuffle(other, Key(2));
  EXPECT_NE(items, other);
  std::sort(items.begin(), items.end());
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(items[i], i);
}

TEST(Random, MaskBitsAreFairForEveryBit) {
  int ones[32] = {};
  for (std::uint32_t i = 0; i < 100000; ++i)
    for (int b = 0; b < 32; ++b) ones[b] += mask_bits(12345, i) >> b & 1;
  for (int n : ones) EXPECT_NEAR(n, 50000, 5 * std::sqrt(25000));
}

}  // namespace
}  // namespace tailor
