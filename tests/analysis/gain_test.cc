#include "tailor/analysis/gain.h"

#include <cmath>

#include <gtest/gtest.h>

#include "analysis/simulate.h"
#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

using test::coverage;
using test::normals;

// Numbers from statistics_golden.py.
TEST(Gain, IntervalsAreSciPys) {
  const std::vector<double> a = {0.931, 0.934, 0.929, 0.936, 0.933}, b = {0.921, 0.919, 0.925, 0.922, 0.918};
  EXPECT_NEAR(paired_gain(a, b).low, 0.0049782812126285885, 1e-10);
  EXPECT_NEAR(paired_gain(a, b).high, 0.01822171878737143, 1e-10);
  const Estimate welch = unpaired_gain(a, std::span(b).first(3));
  EXPECT_NEAR(welch.low, 0.0041421952532587625, 1e-10);
  EXPECT_NEAR(welch.high, 0.01772447141340794, 1e-10);
}

TEST(Gain, OneRunOfABaselineTakesTheOthersVariance) {
  EXPECT_NEAR(coverage(3000, 0.3,
                       [](Key key) {
                         return unpaired_gain(normals(5, 1.3, 0.1, key.with(1)),
                                              normals(1, 1, 0.1, key.with(2)));
                       }),
              seeds_confidence, 0.015);
}

TEST(Gain, CoversPairsWithCommonSeedEffects) {
  EXPECT_NEAR(coverage(3000, 0.02,
                       [](Key key) {
                         std::vector<double> a = normals(5, 0.92, 0.004, key.with(1)),
                                             b = normals(5, 0.9, 0.003, key.with(2));
                         for (std::size_t s = 0; s < a.size(); ++s) {
                           const double common = 0.01 * key.with(3).normal(s);
                           a[s] += common;
                           b[s] += common;
                         }
                         return paired_gain(a, b);
                       }),
              seeds_confidence, 0.015);
}

// Images differ in difficulty, which both settings share: each image has its own chance to be right in each
// training, so that the interval has to cover the images as well as the seeds.
TEST(Gain, TestGainCoversSeedsAndImages) {
  constexpr int images = 600, seeds = 5;
  int covered = 0, seeds_alone = 0;
  constexpr int studies = 400;
  double truth = 0;
  const auto chance = [](double difficulty, double skill) { return 1 / (1 + std::exp(difficulty - skill)); };
  for (std::uint64_t i = 0; i < 200000; ++i) {
    const double difficulty = 3 * Key(77).normal(i);
    truth +=
        (chance(difficulty, 4.0) - chance(difficulty * 0.5 + 0.87 * 3 * Key(78).normal(i), 3.0)) / 200000;
  }
  for (std::uint64_t study = 0; study < studies; ++study) {
    std::vector<double> a(seeds, 0.0), b(seeds, 0.0);
    std::vector<std::vector<float>> right_a(seeds), right_b(seeds);  // 1 or 0
    for (std::uint64_t i = 0; i < images; ++i) {
      const Key image = Key(study).with(i);
      const double first = 3 * image.normal(0), second = 0.5 * first + 0.87 * 3 * image.normal(1);
      for (std::uint64_t s = 0; s < seeds; ++s) {
        right_a[s].push_back(image.uniform(100 + s) < chance(first, 4.0));
        right_b[s].push_back(image.uniform(200 + s) < chance(second, 3.0));
        a[s] += right_a[s].back() / static_cast<double>(images);
        b[s] += right_b[s].back() / static_cast<double>(images);
      }
    }
    covered += test_gain(right_a, right_b).contains(truth);
    seeds_alone += paired_gain(a, b).contains(truth);
  }
  EXPECT_NEAR(covered, studies * 0.95, studies * 0.025);  // neither too narrow nor too wide
  EXPECT_LT(seeds_alone, studies * 0.85);                 // what the images add is needed
}

ConfirmationCandidate candidate(const std::string& role, const std::vector<double>& race,
                                const std::vector<double>& last) {
  ConfirmationCandidate c;
  c.name = role;
  c.roles = {role};
  int seed = 0;
  for (const double v : race) c.runs.push_back({seed++, v});
  seed = 100;
  for (const double v : last) c.runs.push_back({seed++, v, true});
  return c;
}

TEST(Gain, OfAConfirmationTakesFinalRunsOnly) {
  ConfirmationTable table;
  table.candidates = {candidate("leader", {9, 9}, {3, 4, 5}), candidate("default", {0, 0}, {1, 1, 2}),
                      candidate("best_random", {1, 2}, {})};
  EXPECT_FALSE(gain(table));  // the race is not decided
  table.winner = 0;
  const Gain g = gain(table).value();
  EXPECT_EQ(g.pairs, 3);
  EXPECT_NEAR(g.validation.estimate, 8.0 / 3, 1e-12);
  EXPECT_FALSE(g.test);
  EXPECT_NEAR(g.over_best_random.value().estimate, 2.5, 1e-12);
  EXPECT_TRUE(std::isnan(g.over_best_random->low)) << "the race's runs decided when it went out";
  EXPECT_FALSE(g.over_random);
  EXPECT_FALSE(g.over_one_epoch);
  EXPECT_FALSE(g.over_best_length);
  EXPECT_FALSE(g.over_by_hand);
  ASSERT_EQ(g.steps.size(), 1u);
  table.maximize = false;
  EXPECT_NEAR(gain(table).value().validation.estimate, -8.0 / 3, 1e-12);
}

TEST(Gain, OnTestImages) {
  ConfirmationTable table;
  table.candidates = {candidate("leader", {}, {3, 4, 5}), candidate("default", {}, {1, 1, 1})};
  table.winner = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    // The default errs on 700 of 10,000 images, the winner on 500, 490 or 480 of those.
    for (std::size_t i = 0; i < 10000; ++i) {
      table.candidates[0].runs[s].test_values.push_back(i >= 500 - 10 * s);
      table.candidates[1].runs[s].test_values.push_back(i >= 700);
    }
    for (ConfirmationCandidate& c : table.candidates) c.runs[s].test = Score{.count = 10000};
  }
  const Estimate test = gain(table).value().test.value();
  EXPECT_NEAR(test.estimate, 0.021, 1e-12);
  // The same images are hard for both: tighter than two independent samples of images would be.
  const double independent = 2 * 1.96 * std::sqrt(0.95 * 0.05 / 10000 + 0.93 * 0.07 / 10000);
  EXPECT_LT(test.high - test.low, 0.7 * independent);
  EXPECT_GT(test.high - test.low, 0.3 * independent);
}

// Losses of three test images: lower is better, so the gain is what the winner's are lower by.
TEST(Gain, OnTestImagesIsInTheStudysMetric) {
  ConfirmationTable table;
  table.metric = Metric::loss;
  table.maximize = false;
  table.candidates = {candidate("leader", {}, {0.3, 0.4}), candidate("default", {}, {0.5, 0.5})};
  table.winner = 0;
  for (std::size_t s = 0; s < 2; ++s) {
    table.candidates[0].runs[s].test_values = {0.1F, 0.2F, 0.6F};
    table.candidates[1].runs[s].test_values = {0.3F, 0.3F, 0.6F};
  }
  EXPECT_NEAR(gain(table).value().test.value().estimate, 0.1, 1e-6);
  table.candidates[1].runs[0].test_values.clear();  // of an older run, which kept accuracy alone
  EXPECT_FALSE(gain(table).value().test);
}

// What is fixed by hand is 2 of the gain of 5, stopping early is 1; the parts add up to the whole.
TEST(Gain, HasPartsThatAddUp) {
  ConfirmationTable table;
  table.candidates = {candidate("default", {}, {1, 2, 3}), candidate("leader", {}, {6, 7.5, 7.5}),
                      candidate("best_length", {}, {2.1, 3, 3.9}), candidate("by_hand", {}, {3, 4.1, 4.9})};
  table.winner = 1;
  const Gain g = gain(table).value();
  EXPECT_NEAR(g.validation.estimate, 5, 1e-12);
  EXPECT_NEAR(g.over_best_length.value().validation.estimate, 4, 1e-12);
  EXPECT_NEAR(g.over_by_hand.value().validation.estimate, 3, 1e-12);
  EXPECT_NEAR(g.by_hand.value().validation.estimate, 2, 1e-12);
  std::string way;
  double sum = 0;
  for (const GainStep& step : g.steps) {
    way += step.from + " " + step.to + "; ";
    sum += step.gain.validation.estimate;
    EXPECT_LT(step.gain.validation.low, step.gain.validation.estimate);
    EXPECT_EQ(step.gain.pairs, 3);
  }
  EXPECT_EQ(way, "default best_length; best_length by_hand; by_hand winner; ");
  EXPECT_NEAR(sum, 5, 1e-12);

  table.winner = 3;  // what was fixed by hand won the race
  const Gain hand = gain(table).value();
  EXPECT_FALSE(hand.over_by_hand);
  EXPECT_EQ(hand.steps.back().from, "best_length");
  EXPECT_NEAR(hand.validation.estimate, 2, 1e-12);
}

ConfirmationCandidate drawn(double value, bool failed = false) {
  ConfirmationCandidate c = candidate("random", {}, failed ? std::vector<double>{} : std::vector{value});
  c.races = false;
  c.failed_finals = failed ? 1 : 0;
  return c;
}

// Settings differ much more than seeds: an interval from one setting with two seeds holds next to nothing.
TEST(Gain, OverRandomSettingsCoversTheirDraw) {
  const auto simulate = [](Key key, bool one_setting) {
    ConfirmationTable table;
    table.candidates = {candidate("default", {}, test::normals(5, 0.9, 0.002, key.with(1))),
                        candidate("leader", {}, test::normals(5, 0.94, 0.002, key.with(2)))};
    table.winner = 1;
    const double first = 0.9 + 0.02 * key.with(3).normal(0);
    for (std::uint64_t i = 0; i < 8; ++i)
      table.candidates.push_back(
          drawn((one_setting ? first : 0.9 + 0.02 * key.with(3).normal(i)) + 0.002 * key.with(4).normal(i)));
    return gain(table).value().over_random.value();
  };
  EXPECT_NEAR(coverage(2000, 0.04, [&](Key key) { return simulate(key, false); }), 0.98, 0.02);
  EXPECT_LT(coverage(500, 0.04, [&](Key key) { return simulate(key, true); }), 0.3);
}

// As accuracies of random settings are: most of them near the best, a long tail below.
TEST(Gain, OverRandomSettingsHoldsOnALongTailOfBadOnes) {
  const auto accuracy = [](Key key, std::uint64_t i) { return 0.9 - 0.08 * -std::log1p(-key.uniform(i)); };
  EXPECT_NEAR(coverage(2000, 0.1,
                       [&](Key key) {
                         ConfirmationTable table;
                         table.candidates = {
                             candidate("default", {}, test::normals(5, 0.9, 0.002, key.with(1))),
                             candidate("leader", {}, test::normals(5, 0.92, 0.002, key.with(2)))};
                         table.winner = 1;
                         for (std::uint64_t i = 0; i < 8; ++i)
                           table.candidates.push_back(drawn(accuracy(key.with(3), i)));
                         return gain(table).value().over_random.value();
                       }),
              0.95, 0.025);
}

TEST(Gain, ARandomSettingThatFailsCountsAsTheWorst) {
  ConfirmationTable table;
  table.chance = 0.1;
  table.candidates = {candidate("default", {}, {0.5, 0.6}), candidate("leader", {}, {0.9, 0.8}), drawn(0.7),
                      drawn(0, true), drawn(0.4)};
  table.winner = 1;
  const Gain g = gain(table).value();
  EXPECT_EQ(g.random_settings, 3);
  EXPECT_EQ(g.random_failed, 1);
  EXPECT_NEAR(g.over_random.value().estimate, 0.85 - (0.7 + 0.1 + 0.4) / 3, 1e-12);
  EXPECT_NEAR(g.random_over_default.value().estimate, (0.7 + 0.1 + 0.4) / 3 - 0.55, 1e-12);

  table.candidates[4].runs.clear();  // not run yet: a mean of the quick ones would not be of all
  EXPECT_FALSE(gain(table).value().over_random);

  table.candidates[4] = drawn(5);
  table.maximize = false;
  table.chance = 2.3;  // a loss: the worst of the others is worse
  EXPECT_EQ(random_settings(table).values, (std::vector<double>{0.7, 5, 5}));
  EXPECT_FALSE(gain(table).value().over_random) << "a mean of losses is that of the worst";
}

// Of older confirmations: the study's first random setting, which raced.
TEST(Gain, OneRandomSettingTellsNothingOfRandomSettings) {
  ConfirmationTable table;
  table.candidates = {candidate("default", {}, {1, 2}), candidate("leader", {}, {3, 4}),
                      candidate("random", {1, 2}, {})};
  table.winner = 1;
  EXPECT_FALSE(gain(table).value().over_random);
}

}  // namespace
}  // namespace tailor
