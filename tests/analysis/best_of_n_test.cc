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
  EXPECT_EQ(curve.n.back(), 11);
  EXPECT_EQ(curve.independent_trials, 90);
  ASSERT_TRUE(curve.enough);
  EXPECT_LE(curve.best.back().estimate - expected_best(results, true, *curve.enough), 0.5);
  EXPECT_GT(curve.best.back().estimate - expected_best(results, true, *curve.enough - 1), 0.5);
  EXPECT_FALSE(best_of_n(results, true, 0).value().enough);
  EXPECT_FALSE(best_of_n(std::span(results).first(15), true, 1));
}

}  // namespace
}  // namespace tailor
