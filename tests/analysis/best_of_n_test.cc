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

// Kinds of results, as a function of a uniform number, the better the higher.
struct Kind {
  const char* name;
  double (*quantile)(double u);
};

double rounded(double x, double steps) { return std::round(x * steps) / steps; }

const Kind kinds[] = {
    {"uniform", [](double u) { return u; }},
    {"exponential loss", [](double u) { return std::log(u + 1e-300); }},
    {"accuracy of few images", [](double u) { return rounded(std::pow(u, 0.125), 50); }},
    {"many at the bound", [](double u) { return u > 0.9 ? 1 : rounded(0.7 + 0.3 * u * u, 300); }},
    {"a rare step above many ties", [](double u) { return u > 0.99  ? 0.999
                                                          : u > 0.5 ? 0.98
                                                                    : u; }},
    {"nearly all equal", [](double u) { return u > 0.98  ? 1
                                               : u > 0.6 ? 0.995
                                                         : rounded(u, 200); }},
    {"a long lower tail", [](double u) { return 0.95 - 0.01 * std::pow(u + 1e-9, -0.8); }},
    {"most fail to learn",
     [](double u) { return u < 0.7 ? 0.1 : 0.93 + 0.03 * std::log((u - 0.7) / 0.3 + 1e-9); }},
};

// Of the best of n: the mean over the n-th power of uniform numbers' distribution.
double true_best(const Kind& kind, int n) {
  constexpr int steps = 200000;
  double sum = 0;
  for (int i = 0; i < steps; ++i) sum += kind.quantile(std::pow((i + 0.5) / steps, 1.0 / n)) / steps;
  return sum;
}

// Discrete and bounded tails above all: a bootstrap does not hold there.
TEST(BestOfN, CoversWhateverTheTail) {
  constexpr int studies = 150, n = 10;
  double mean_share = 0;
  for (const Kind& kind : kinds) {
    const double truth = true_best(kind, n);
    double sum = 0, square = 0;
    const double share = test::coverage(studies, truth, [&](Key key) {
      std::vector<double> results(100);
      for (std::size_t i = 0; i < results.size(); ++i) results[i] = kind.quantile(key.uniform(i));
      const Estimate e = expected_best_interval(results, true, n);
      sum += e.estimate / studies;
      square += e.estimate * e.estimate / studies;
      return e;
    });
    EXPECT_NEAR(sum, truth, 4 * std::sqrt((square - sum * sum) / studies)) << kind.name;
    EXPECT_GE(share, 0.91) << kind.name;
    mean_share += share / std::size(kinds);
  }
  EXPECT_NEAR(mean_share, 0.96, 0.02) << "neither too narrow nor too wide";
}

TEST(BestOfN, EqualResultsTellNothingOfTheTail) {
  const Estimate e = expected_best_interval(std::vector<double>(40, 0.9), true, 3);
  EXPECT_DOUBLE_EQ(e.estimate, 0.9);
  EXPECT_TRUE(std::isnan(e.low) && std::isnan(e.high));
}

TEST(BestOfN, CurveSaysHowManyWereEnough) {
  const std::vector<double> results = test::normals(90, 0, 1, Key(5));
  const BestOfN curve = best_of_n(results, true, 0.5).value();
  EXPECT_EQ(curve.n.front(), 1);
  EXPECT_EQ(curve.n.back(), 45);
  EXPECT_EQ(curve.independent_trials, 90);
  ASSERT_EQ(curve.most_covered, 9);
  ASSERT_TRUE(curve.enough);
  const double last = expected_best(results, true, 9);
  EXPECT_LE(last - expected_best(results, true, *curve.enough), 0.5);
  EXPECT_GT(last - expected_best(results, true, *curve.enough - 1), 0.5);
  EXPECT_FALSE(best_of_n(results, true, 0).value().enough);
}

// A model's start-up: too few draws for intervals, enough for what is right on average.
TEST(BestOfN, FewDrawsHaveACurveWithoutIntervals) {
  const std::vector<double> results = test::normals(19, 0, 1, Key(5));
  const BestOfN curve = best_of_n(results, false, 1).value();
  EXPECT_EQ(curve.n, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(curve.most_covered, 0);
  EXPECT_FALSE(curve.enough);
  for (std::size_t i = 0; i < curve.n.size(); ++i) {
    EXPECT_DOUBLE_EQ(curve.best[i].estimate, expected_best(results, false, curve.n[i]));
    EXPECT_TRUE(std::isnan(curve.best[i].low) && std::isnan(curve.best[i].high));
  }
  EXPECT_FALSE(best_of_n(std::span(results).first(5), true, 1));

  const BestOfN more = best_of_n(test::normals(20, 0, 1, Key(5)), true, 1).value();
  EXPECT_EQ(more.most_covered, 2);
  EXPECT_TRUE(std::isnan(more.best[0].low)) << "a mean, of which nothing is promised";
  EXPECT_TRUE(more.best[1].contains(more.best[1].estimate));
  EXPECT_TRUE(std::isnan(more.best[2].low));
}

}  // namespace
}  // namespace tailor
