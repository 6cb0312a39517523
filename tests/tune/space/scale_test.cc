#include "tailor/tune/space/scale.h"

#include <cmath>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "tune/spaces.h"

namespace tailor {
namespace {

const std::vector<Distribution> every_kind = {
    real(-3, 5),         log_real(1e-6, 10),      real(0, 0.9, 0.1), integer(-2, 7), integer(1, 9, 2),
    log_integer(1, 256), choice({"a", "b", "c"}), real(2, 2),        integer(4, 4)};

TEST(Scale, ValuesAreAllowedAndComeBackFromTheirPosition) {
  for (const Distribution& d : every_kind) {
    double last = -1e300;
    for (int i = 0; i < 1000; ++i) {
      const double value = from_unit(d, (i + 0.5) / 1000);
      EXPECT_TRUE(contains(d, value)) << value;
      EXPECT_GE(value, last);
      EXPECT_NEAR(from_unit(d, to_unit(d, value)), value, 1e-9);
      last = value;
    }
    EXPECT_TRUE(contains(d, from_unit(d, 0)));
    EXPECT_TRUE(contains(d, from_unit(d, std::nextafter(1.0, 0.0))));
  }
}

TEST(Scale, EveryDiscreteValueHasAnEqualShare) {
  for (const Distribution& d :
       {real(0, 0.9, 0.1), integer(-2, 7), integer(1, 9, 2), choice({"a", "b", "c"})}) {
    const double n = static_cast<double>(*cardinality(d));
    std::map<double, int> counts;
    for (int i = 0; i < 3000; ++i) ++counts[from_unit(d, (i + 0.5) / 3000)];
    EXPECT_EQ(static_cast<double>(counts.size()), n);
    for (const auto& [value, count] : counts) EXPECT_NEAR(count, 3000 / n, 1.01) << value;
  }
}

TEST(Scale, LogarithmicRangesAreSpreadByRatio) {
  EXPECT_NEAR(from_unit(log_real(1e-4, 1), 0.5), 1e-2, 1e-12);
  EXPECT_EQ(from_unit(log_integer(1, 100), 0.5), std::round(std::sqrt(0.5 * 100.5)));
  const auto [low, high] = scale_cell(log_integer(1, 100), 10);
  EXPECT_DOUBLE_EQ(low, std::log(9.5));
  EXPECT_DOUBLE_EQ(high, std::log(10.5));
}

TEST(Scale, CountsAndNumbersValues) {
  EXPECT_FALSE(cardinality(real(0, 1)));
  EXPECT_EQ(cardinality(real(1, 1)), 1U);
  EXPECT_EQ(cardinality(real(0, 0.9, 0.1)), 10U);
  EXPECT_EQ(cardinality(integer(1, 9, 2)), 5U);
  EXPECT_EQ(cardinality(choice({"a", "b"})), 2U);
  for (const Distribution& d : {real(0, 0.9, 0.1), integer(1, 9, 2), log_integer(3, 9), choice({"a", "b"})}) {
    for (std::uint64_t k = 0; k < *cardinality(d); ++k) {
      EXPECT_TRUE(contains(d, value_at(d, k)));
      EXPECT_EQ(number_of(d, value_at(d, k)), k);
      EXPECT_EQ(snap(d, value_at(d, k)), value_at(d, k));
    }
  }
}

TEST(Scale, ContainsOnlyValuesOnSteps) {
  EXPECT_TRUE(contains(real(0, 0.9, 0.1), 0.3));
  EXPECT_FALSE(contains(real(0, 0.9, 0.1), 0.35));
  EXPECT_FALSE(contains(integer(1, 9, 2), 2));
  EXPECT_FALSE(contains(integer(1, 9, 2), 11));
  EXPECT_FALSE(contains(choice({"a", "b"}), 2));
  EXPECT_FALSE(contains(real(0, 1), none));
  EXPECT_EQ(snap(integer(1, 9, 2), 100), 9);
  EXPECT_EQ(snap(integer(1, 9, 2), 4.1), 5);
}

}  // namespace
}  // namespace tailor
