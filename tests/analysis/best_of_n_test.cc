#include "tailor/analysis/best_of_n.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "analysis/simulate.h"

namespace tailor {
namespace {

TEST(BestOfN, IsTheMeanOverAllSubsets) {
  const std::vector<double> results = {3, 1, 7, 4, 5};
  double sum = 0;
  int subsets = 0;
  for (unsigned mask = 0; mask < 32; ++mask) {
    if (__builtin_popcount(mask) != 3) continue;
    double best = 0;
    for (std::size_t i = 0; i < 5; ++i)
      if (mask >> i & 1) best = std::max(best, results[i]);
    sum += best;
    ++subsets;
  }
  EXPECT_NEAR(expected_best(results, true, 3), sum / subsets, 1e-12);
  EXPECT_NEAR(expected_best(results, true, 1), 4, 1e-12);
  EXPECT_NEAR(expected_best(results, true, 5), 7, 1e-12);
  EXPECT_NEAR(expected_best(results, false, 5), 1, 1e-12);
}

TEST(BestOfN, LargeSamplesDoNotOverflow) {
  std::vector<double> results(10000);
  for (std::size_t i = 0; i < results.size(); ++i) results[i] = static_cast<double>(i + 1);
  // Of n drawn without replacement from 1 … N: n (N + 1) / (n + 1).
  EXPECT_NEAR(expected_best(results, true, 500), 500.0 * 10001 / 501, 1e-6);
}

TEST(BestOfN, WithoutBiasAndCovering) {
  // Exponential losses: the best (least) of n has mean 1 / n; uniform scores: n / (n + 1).
  for (const int n : {2, 5, 7}) {
    double sum = 0;
    const double least = test::coverage(200, 1.0 / n, [&](Key key) {
      std::vector<double> results(60);
      for (std::size_t i = 0; i < results.size(); ++i) results[i] = -std::log1p(-key.uniform(i));
      const Estimate e = expected_best_interval(results, false, n);
      sum += e.estimate / 200;
      return e;
    });
    EXPECT_NEAR(sum, 1.0 / n, 0.06 / n);
    EXPECT_NEAR(least, 0.95, 0.05) << n;
    const double most = test::coverage(200, n / (n + 1.0), [&](Key key) {
      std::vector<double> results(60);
      for (std::size_t i = 0; i < results.size(); ++i) results[i] = key.uniform(i);
      return expected_best_interval(results, true, n);
    });
    EXPECT_NEAR(most, 0.95, 0.05) << n;
  }
}

TEST(BestOfN, CurveSaysHowManyWereEnough) {
  const std::vector<double> results = test::normals(90, 0, 1, Key(5));
  const BestOfN curve = best_of_n(results, true, 0.5).value();
  EXPECT_EQ(curve.n.front(), 1);
  EXPECT_EQ(curve.n.back(), 45);
  EXPECT_EQ(curve.independent_trials, 90);
  ASSERT_EQ(curve.n[curve.covered - 1], 11);
  ASSERT_TRUE(curve.enough);
  const double last = expected_best(results, true, 11);
  EXPECT_LE(last - expected_best(results, true, *curve.enough), 0.5);
  EXPECT_GT(last - expected_best(results, true, *curve.enough - 1), 0.5);
  EXPECT_FALSE(best_of_n(results, true, 0).value().enough);
}

// A model's start-up: too few draws for intervals, enough for what is right on average.
TEST(BestOfN, FewDrawsHaveACurveWithoutIntervals) {
  const std::vector<double> results = test::normals(15, 0, 1, Key(5));
  const BestOfN curve = best_of_n(results, false, 1).value();
  EXPECT_EQ(curve.n, (std::vector<int>{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(curve.covered, 0U);
  EXPECT_FALSE(curve.enough);
  for (std::size_t i = 0; i < curve.n.size(); ++i) {
    EXPECT_DOUBLE_EQ(curve.best[i].estimate, expected_best(results, false, curve.n[i]));
    EXPECT_TRUE(std::isnan(curve.best[i].low) && std::isnan(curve.best[i].high));
  }
  EXPECT_FALSE(best_of_n(std::span(results).first(5), true, 1));

  const BestOfN more = best_of_n(test::normals(16, 0, 1, Key(5)), true, 1).value();
  EXPECT_EQ(more.covered, 2U);
  EXPECT_TRUE(more.best[1].contains(more.best[1].estimate));
  EXPECT_TRUE(std::isnan(more.best[2].low));
}

}  // namespace
}  // namespace tailor
