#include "tailor/math/normal.h"

#include <cmath>

#include <gtest/gtest.h>

namespace tailor {
namespace {

// scipy.stats.norm.
TEST(Normal, ValuesOfSciPy) {
  EXPECT_NEAR(normal_pdf(1.5), 0.12951759566589174, 1e-16);
  EXPECT_NEAR(normal_cdf(1.5), 0.9331927987311419, 1e-15);
  EXPECT_NEAR(normal_cdf(-8) / 6.22096057427174e-16, 1, 1e-12);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-12);
  EXPECT_EQ(normal_quantile(0.5), 0);
}

TEST(Normal, QuantileIsTheInverse) {
  for (int i = 1; i < 1000; ++i) EXPECT_NEAR(normal_cdf(normal_quantile(i / 1000.0)), i / 1000.0, 1e-15);
}

}  // namespace
}  // namespace tailor
