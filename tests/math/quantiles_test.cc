#include "tailor/math/quantiles.h"

#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(Quantiles, AreLinearBetweenValues) {
  const std::vector<double> values{1, 2, 4, 8};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 0.5), 3);
  EXPECT_EQ(quantile(values, 0.75), 5);  // numpy.quantile's default
  EXPECT_EQ(quantile(values, 1), 8);
  EXPECT_EQ(quantile(std::vector<double>{7}, 0.3), 7);
}

TEST(Quantiles, TheMedianNeedsNoOrder) {
  EXPECT_EQ(median({8, 1, 4}), 4);
  EXPECT_EQ(median({8, 1, 4, 2}), 3);
  EXPECT_EQ(median({5}), 5);
}

}  // namespace
}  // namespace tailor
