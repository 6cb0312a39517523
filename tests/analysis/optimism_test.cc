#include "tailor/analysis/optimism.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "analysis/simulate.h"
#include "tailor/analysis/statistics.h"

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

ConfirmationCandidate with_finals(std::optional<double> claimed, const std::vector<double>& finals) {
  ConfirmationCandidate c;
  c.claimed = claimed;
  c.runs = {{0, 100.0}};  // of the race: no say in it
  for (std::size_t i = 0; i < finals.size(); ++i)
    c.runs.push_back({static_cast<int>(i) + 7, finals[i], true});
  return c;
}

// Not the winner's mean: another setting won the race here.
TEST(Optimism, ClaimedMinusTheSameSettingOnFreshSeeds) {
  ConfirmationTable table;
  table.candidates = {with_finals(3, {}), with_finals(7, {4, 5, 6}), with_finals(5, {5, 6, 7})};
  table.winner = 2;
  const std::vector<double> results = {1, 7, 3, 2, 5};
  const Optimism o = optimism(results, true, std::nullopt, &table);
  EXPECT_EQ(o.claimed, 7);
  EXPECT_EQ(o.confirmed.value().estimate, 6);
  EXPECT_EQ(o.same_setting.value().estimate, 5);
  EXPECT_EQ(o.optimism.value().estimate, 2);
  EXPECT_NEAR(o.optimism.value().high - 2, o.same_setting.value().high - 5, 1e-12);
  table.candidates[1].runs.resize(1);  // an older confirmation: it lost the race and was not run again
  EXPECT_FALSE(optimism(results, true, std::nullopt, &table).optimism);

  table.candidates = {with_finals(1, {4, 5, 6}), with_finals(3, {4, 4, 4})};
  table.winner = 1;
  table.maximize = false;
  const Optimism least = optimism(results, false, std::nullopt, &table);
  EXPECT_EQ(least.claimed, 1);
  EXPECT_EQ(least.optimism.value().estimate, 4);
  EXPECT_LT(least.optimism.value().low, 4);
}

TEST(Optimism, AStudyClaimsItsBestResultWhoeverWinsTheRace) {
  ConfirmationTable table;
  EXPECT_FALSE(table.claimant());
  table.candidates.resize(3);
  table.candidates[1].claimed = 0.93;
  table.candidates[2].claimed = 0.95;
  table.winner = 1;
  EXPECT_EQ(table.claimant(), 2u);
  table.maximize = false;
  EXPECT_EQ(table.claimant(), 1u);
  table.candidates[0].roles = {candidate_role::claimed};  // as it was when the confirmation began
  EXPECT_EQ(table.claimant(), 0u);
}

TEST(Optimism, OfAStudyThatWentOnIsWhatItClaimedThen) {
  ConfirmationTable table;
  table.candidates = {with_finals(7, {4, 5, 6})};
  table.winner = 0;
  const std::vector<double> results = {1, 7, 9};
  EXPECT_EQ(optimism(results, true, std::nullopt, &table).claimed, 7);
  EXPECT_EQ(optimism(results, true, std::nullopt, &table).optimism.value().estimate, 2);
}

// Seeds differ in skill, images in difficulty, and the validation images of these studies are easier for the
// setting that they chose: what is left out by any of the three parts of the interval would show.
struct TwoSets {
  std::vector<std::vector<bool>> validation, test;
};

double chance_to_be_right(double difficulty, double skill) { return 1 / (1 + std::exp(difficulty - skill)); }

TwoSets judged(Key key, double easier, bool own_images) {
  constexpr std::uint64_t seeds = 5, validation = 800, test = 400;
  TwoSets sets{std::vector<std::vector<bool>>(seeds), std::vector<std::vector<bool>>(seeds)};
  for (std::uint64_t s = 0; s < seeds; ++s) {
    const double skill = 2 + 0.3 * key.with(1).normal(s);
    const Key own = own_images ? key.with(2).with(s) : key.with(2);
    for (std::uint64_t i = 0; i < validation; ++i)
      sets.validation[s].push_back(key.with(4).with(s).uniform(i) <
                                   chance_to_be_right(3 * own.normal(i), skill + easier));
    for (std::uint64_t i = 0; i < test; ++i)
      sets.test[s].push_back(key.with(5).with(s).uniform(i) <
                             chance_to_be_right(3 * key.with(3).normal(i), skill));
  }
  return sets;
}

double share_right(double easier) {
  double sum = 0;
  constexpr std::uint64_t draws = 200000;
  for (std::uint64_t i = 0; i < draws; ++i)
    sum += chance_to_be_right(3 * Key(7).normal(i), 2 + easier + 0.3 * Key(8).normal(i)) / draws;
  return sum;
}

TEST(Optimism, ReuseCoversSeedsAndBothSetsOfImages) {
  const double truth = share_right(0.4) - share_right(0);
  EXPECT_GT(truth, 0.02);
  const auto covered = [&](bool own_images, bool own_told) {
    return test::coverage(500, truth, [&](Key key) {
      const TwoSets sets = judged(key, 0.4, own_images);
      return reuse(sets.validation, sets.test, own_told);
    });
  };
  EXPECT_NEAR(covered(false, false), 0.95, 0.03);
  EXPECT_NEAR(covered(true, true), 0.95, 0.03);
  const double seeds_alone = test::coverage(500, truth, [](Key key) {
    const TwoSets sets = judged(key, 0.4, false);
    std::vector<double> differences;
    for (std::size_t s = 0; s < sets.test.size(); ++s)
      differences.push_back(
          static_cast<double>(std::count(sets.validation[s].begin(), sets.validation[s].end(), true)) / 800 -
          static_cast<double>(std::count(sets.test[s].begin(), sets.test[s].end(), true)) / 400);
    return mean_interval(differences);
  });
  EXPECT_LT(seeds_alone, 0.85) << "the images' parts are needed";
}

TEST(Optimism, ReuseIsOfTheClaimedSetting) {
  ConfirmationTable table;
  table.candidates = {with_finals(7, {4, 5}), with_finals(5, {5, 6})};
  table.winner = 1;
  for (ConfirmationRun& run : table.candidates[0].runs) {
    if (!run.final_run) continue;
    run.test = Score{.accuracy = 0.5, .count = 4};
    run.test_right = {true, false, true, false};
    run.validation_right = {true, true, true, false};
  }
  const std::vector<double> results = {7, 5};
  EXPECT_NEAR(optimism(results, true, std::nullopt, &table).reuse.value().estimate, 0.25, 1e-12);
  for (ConfirmationRun& run : table.candidates[0].runs) run.validation_right.clear();  // an older study
  EXPECT_FALSE(optimism(results, true, std::nullopt, &table).reuse);
}

}  // namespace
}  // namespace tailor
