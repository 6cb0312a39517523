#include "tailor/tune/space/enumeration.h"

#include <set>

#include <gtest/gtest.h>

#include "tune/spaces.h"

namespace tailor {
namespace {

std::vector<std::uint64_t> all_values(const Space& space) {
  std::vector<std::uint64_t> values;
  for (const Parameter& p : space.parameters()) values.push_back(*cardinality(p.distribution));
  return values;
}

TEST(Enumeration, NumbersEverySettingOnce) {
  const Space space = small_conditional_space();
  const Enumeration all(space, all_values(space));
  EXPECT_EQ(cardinality(space), 18U);
  ASSERT_EQ(all.count(), 18U);
  std::set<std::uint64_t> hashes;
  for (std::uint64_t k = 0; k < all.count(); ++k) {
    const Assignment setting = all.at(k);
    EXPECT_TRUE(space.contains(setting)) << k;
    hashes.insert(setting_hash(setting));
  }
  EXPECT_EQ(hashes.size(), 18U);
}

TEST(Enumeration, ConditionsOnAnIntegerAndOnTwoLevels) {
  // n = 1 … 5; for n = 2 and 4 there is a (2 choices), whose second has b (3 values): 3 + 2 * (1 + 3) = 11.
  const Space space({{"n", integer(1, 5)},
                     {"a", choice({"x", "y"}), Condition{"n", {4, 2}}},
                     {"b", integer(1, 3), Condition{"a", {1}}}});
  const Enumeration all(space, all_values(space));
  ASSERT_EQ(all.count(), 11U);
  std::set<std::uint64_t> hashes;
  double last = 0;
  for (std::uint64_t k = 0; k < 11; ++k) {
    EXPECT_TRUE(space.contains(all.at(k))) << k;
    EXPECT_GE(all.at(k)[0], last);
    last = all.at(k)[0];
    hashes.insert(setting_hash(all.at(k)));
  }
  EXPECT_EQ(hashes.size(), 11U);
}

TEST(Enumeration, InfiniteAndHugeSpaces) {
  EXPECT_FALSE(cardinality(mixed_space()));
  std::vector<Parameter> many;
  for (int i = 0; i < 20; ++i) many.push_back({"p" + std::to_string(i), integer(1, 1000)});
  EXPECT_EQ(cardinality(Space(many)), ~std::uint64_t{0});
}

TEST(Enumeration, GridsReachBothEnds) {
  const Space space({{"rate", log_real(1e-4, 1)}, {"n", integer(0, 100)}});
  const Enumeration grid(space, {3, 5});
  ASSERT_EQ(grid.count(), 15U);
  EXPECT_NEAR(grid.at(0)[0], 1e-4, 1e-15);
  EXPECT_NEAR(grid.at(5)[0], 1e-2, 1e-12);
  EXPECT_NEAR(grid.at(14)[0], 1, 1e-12);
  EXPECT_EQ(grid.at(1)[1], 25);
  EXPECT_EQ(grid.at(14)[1], 100);
}

}  // namespace
}  // namespace tailor
