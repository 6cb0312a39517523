#include "tailor/analysis/statistics.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/simulate.h"

namespace tailor {
namespace {

using test::coverage;
using test::normals;
using ::testing::ElementsAre;

// Numbers from statistics_golden.py.
TEST(Statistics, QuantilesAreSciPys) {
  EXPECT_NEAR(student_t_quantile(0.975, 4), 2.7764451051977934, 1e-10);
  EXPECT_NEAR(student_t_quantile(0.9, 11.5), 1.3596578367644265, 1e-10);
  EXPECT_NEAR(student_t_quantile(0.025, 1), -12.706204736174705, 1e-9);
  EXPECT_NEAR(chi_square_quantile(0.975, 4), 11.143286781877796, 1e-9);
  EXPECT_NEAR(chi_square_quantile(0.025, 11.5), 4.107518395459763, 1e-9);
}

TEST(Statistics, MeanIntervalIsSciPys) {
  const std::vector<double> a = {0.931, 0.934, 0.929, 0.936, 0.933};
  const Estimate e = mean_interval(a);
  EXPECT_NEAR(e.estimate, 0.9326, 1e-12);
  EXPECT_NEAR(e.low, 0.9292452086150734, 1e-10);
  EXPECT_NEAR(e.high, 0.9359547913849268, 1e-10);
}

TEST(Statistics, OneValueHasNoInterval) {
  const std::vector<double> one = {3};
  EXPECT_EQ(mean_interval(one).estimate, 3);
  EXPECT_TRUE(std::isnan(mean_interval(one).low));
  EXPECT_TRUE(std::isnan(variance(one)));
  EXPECT_TRUE(std::isnan(mean({})));
}

TEST(Statistics, SdIntervalCovers) {
  EXPECT_NEAR(
      coverage(4000, 2, [](Key key) { return sd_interval(std::sqrt(variance(normals(6, 1, 2, key))), 5); }),
      0.95, 0.012);
}

TEST(Statistics, RanksShareTies) {
  EXPECT_THAT(ranks(std::vector<double>{3, 1, 4, 1}), ElementsAre(3, 1.5, 4, 1.5));
}

TEST(Statistics, RankCorrelation) {
  const std::vector<double> x = {3, 1, 4, 1, 5, 9, 2, 6}, y = {2, 7, 1, 8, 2, 8, 1, 8};
  EXPECT_NEAR(rank_correlation(x, y).estimate, 0.19885368120992467, 1e-12);
  EXPECT_NEAR(rank_correlation(x, x).estimate, 1, 1e-12);
  EXPECT_TRUE(std::isnan(rank_correlation(std::vector<double>{1, 2}, std::vector<double>{1, 2}).estimate));
  // Spearman's of a bivariate normal with Pearson's r is 6 / pi asin(r / 2).
  const double r = 0.6, truth = 6 / std::acos(-1.0) * std::asin(r / 2);
  EXPECT_NEAR(coverage(3000, truth,
                       [&](Key key) {
                         const std::vector<double> a = normals(30, 0, 1, key.with(1)),
                                                   e = normals(30, 0, 1, key.with(2));
                         std::vector<double> b(a.size());
                         for (std::size_t i = 0; i < a.size(); ++i)
                           b[i] = r * a[i] + std::sqrt(1 - r * r) * e[i];
                         return rank_correlation(a, b);
                       }),
              0.95, 0.015);
}

}  // namespace
}  // namespace tailor
