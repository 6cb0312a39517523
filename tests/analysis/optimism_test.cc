#include "tailor/analysis/optimism.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "analysis/simulate.h"

namespace tailor {
namespace {

struct Calibration {
  double naive = 0, shrunken = 0, covered = 0;  // mean errors; share of intervals that hold the truth
};

// Studies of `trials` settings whose truths are drawn by `truth`, each tried once.
Calibration calibrate(int trials, double noise, const std::function<double(Key)>& truth,
                      bool maximize = true) {
  constexpr int studies = 200;
  Calibration c;
  const double sign = maximize ? 1 : -1;
  for (std::uint64_t s = 0; s < studies; ++s) {
    std::vector<double> truths, results;
    for (std::uint64_t t = 0; t < static_cast<std::uint64_t>(trials); ++t) {
      const Key key = Key(s).with(t);
      truths.push_back(sign * truth(key.with(1)));
      results.push_back(truths.back() + noise * key.with(2).normal(0));
    }
    const auto best = maximize ? std::max_element(results.begin(), results.end())
                               : std::min_element(results.begin(), results.end());
    const double known = truths[static_cast<std::size_t>(best - results.begin())];
    const Estimate e = shrunken_best(results, maximize, noise);
    c.naive += sign * (*best - known) / studies;
    c.shrunken += sign * (e.estimate - known) / studies;
    c.covered += e.contains(known) / static_cast<double>(studies);
  }
  return c;
}

double skewed(Key key) { return 0.93 - 0.02 * -std::log1p(-key.uniform(0)); }  // piles up below a bound
double bell(Key key) { return 0.9 + 0.01 * key.normal(0); }
double two_kinds(Key key) { return key.uniform(0) < 0.3 ? 0.1 : bell(key.with(1)); }

TEST(Optimism, ShrinkingTakesTheBiasAwayAndCovers) {
  for (const auto& truth : {skewed, bell, two_kinds}) {
    for (const double noise : {0.002, 0.01, 0.02}) {
      for (const int trials : {30, 100, 400}) {
        const Calibration c = calibrate(trials, noise, truth);
        // The pile below a bound has an edge that no smooth tail has; what it costs is far below the noise.
        EXPECT_LT(std::abs(c.shrunken), std::max(0.35 * c.naive, 0.35 * noise)) << trials << " " << noise;
        EXPECT_NEAR(c.covered, 0.955, 0.045) << trials << " " << noise << " " << c.naive << " " << c.shrunken;
      }
    }
  }
}

TEST(Optimism, OfAMinimisedMeasure) {
  const Calibration up = calibrate(50, 0.01, bell), down = calibrate(50, 0.01, bell, false);
  EXPECT_NEAR(up.shrunken, down.shrunken, 0.002);
  EXPECT_NEAR(up.covered, down.covered, 0.03);
}

TEST(Optimism, WithoutNoiseNothingIsTooGood) {
  const std::vector<double> results = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(shrunken_best(results, true, 0), (Estimate{6, 6, 6}));
  EXPECT_NEAR(shrunken_best(results, true, 1e-6).estimate, 6, 1e-6);
}

TEST(Optimism, FewOrEqualResults) {
  const std::vector<double> few = {1, 2}, equal(20, 0.5);
  EXPECT_TRUE(std::isnan(shrunken_best(few, true, 0.1).estimate));
  EXPECT_EQ(shrunken_best(equal, true, 0.1).estimate, 0.5);
  EXPECT_FALSE(optimism(few, true, 0.1).shrunken);
}

TEST(Optimism, ClaimedMinusConfirmed) {
  ConfirmationTable table;
  ConfirmationCandidate c;
  c.runs = {{0, 100.0}, {7, 4.0, true}, {8, 5.0, true}, {9, 6.0, true}};
  table.candidates = {c};
  table.winner = 0;
  const std::vector<double> results = {1, 7, 3, 2, 5};
  const Optimism o = optimism(results, true, std::nullopt, &table);
  EXPECT_EQ(o.claimed, 7);
  EXPECT_EQ(o.confirmed.value().estimate, 5);
  EXPECT_EQ(o.optimism.value().estimate, 2);
  EXPECT_NEAR(o.optimism.value().high - 2, o.confirmed.value().high - 5, 1e-12);
  table.maximize = false;
  const Optimism least = optimism(results, false, std::nullopt, &table);
  EXPECT_EQ(least.claimed, 1);
  EXPECT_EQ(least.optimism.value().estimate, 4);
  EXPECT_LT(least.optimism.value().low, 4);
}

TEST(Optimism, AStudyClaimsItsBestResultWhoeverWinsTheRace) {
  ConfirmationTable table;
  EXPECT_FALSE(table.best_claimed());
  table.candidates.resize(3);
  table.candidates[1].claimed = 0.93;
  table.candidates[2].claimed = 0.95;
  table.winner = 1;
  EXPECT_EQ(table.best_claimed(), 0.95);
  table.maximize = false;
  EXPECT_EQ(table.best_claimed(), 0.93);
}

}  // namespace
}  // namespace tailor
