// The spread experiment's answers, on simulated experiments of which the truth is known.
#include "tailor/analysis/spread_experiment.h"

#include <cmath>

#include <gtest/gtest.h>

#include "analysis/simulate.h"
#include "tailor/analysis/quantile_confidence.h"
#include "tailor/analysis/seed_share.h"
#include "tailor/tune/study/study_summary.h"
#include "tune/studies.h"

namespace tailor {
namespace {

constexpr int studies = 400;  // a share of 95 % is known to ± 2.2 points

// Results over a space whose distribution is far from normal: most good, a tail of bad ones.
double skewed(double u) { return 0.94 + 0.02 * std::log(u); }
std::vector<double> draws(std::size_t count, Key key) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = skewed(1 - key.uniform(i));
  return values;
}

// Whether whatever bounds there are hold the truth.
bool holds(const Estimate& e, double truth) {
  return !(truth < e.low) && !(truth > e.high) && (std::isfinite(e.low) || std::isfinite(e.high));
}

TEST(QuantileConfidence, HoldsWhatItSaysWhateverTheShape) {
  for (const double p : {0.05, 0.25, 0.5, 0.75, 0.95}) {
    int held = 0;
    for (int s = 0; s < studies; ++s)
      held += holds(QuantileConfidence(draws(30, Key(static_cast<std::uint64_t>(s)))).interval(p), skewed(p));
    EXPECT_NEAR(held / static_cast<double>(studies), 0.95, 0.025) << p;
  }
}

TEST(QuantileConfidence, SaysWhereTooFewValuesBoundAQuantile) {
  const std::vector<double> thirty = draws(30, Key(1)), hundred = draws(100, Key(2)), five = draws(5, Key(3));
  const Estimate low = QuantileConfidence(thirty).interval(0.05);
  EXPECT_TRUE(std::isnan(low.low));
  EXPECT_TRUE(std::isfinite(low.high));
  const Estimate high = QuantileConfidence(thirty).interval(0.95);
  EXPECT_TRUE(std::isfinite(high.low));
  EXPECT_TRUE(std::isnan(high.high));
  EXPECT_TRUE(std::isfinite(QuantileConfidence(hundred).interval(0.05).low));
  EXPECT_TRUE(std::isnan(QuantileConfidence(five).interval(0.95).high));
}

TEST(QuantileConfidence, MediansOfTenLieWhereThePublishedIntervalDoes) {
  // Hettmansperger and Sheather (Statistics & Probability Letters 4 (1986) 75): of 10 values, from between
  // the 2nd and 3rd to between the 8th and 9th, which hold with 97.852 % and 89.063 %.
  std::vector<double> ten;
  for (int i = 1; i <= 10; ++i) ten.push_back(i);
  const Estimate e = QuantileConfidence(ten).interval(0.5);
  const double share = (0.97852 - 0.95) / (0.97852 - 0.89063), weight = 8 * share / (2 + 6 * share);
  EXPECT_NEAR(e.low, 2 + weight, 1e-3);
  EXPECT_NEAR(e.high, 9 - weight, 1e-3);
  EXPECT_DOUBLE_EQ(e.estimate, 5.5);
}

// The share of settings below a default whose own mean is known from three seeds.
TEST(SpreadExperiment, ShareBelowTheDefaultCoversSettingsAndSeeds) {
  // Near 0 and 1 thirty settings are few, and a bound is often the end: there it holds more often.
  for (const double share : {0.1, 0.4, 0.7, 0.95}) {
    const double coverage = test::coverage(studies, share, [&](Key key) {
      const std::vector<double> seeds = test::normals(3, skewed(share), 0.001, key.with(1));
      return share_below(QuantileConfidence(draws(30, key)), uncertain_mean(seeds));
    });
    EXPECT_GE(coverage, 0.92) << share;
    EXPECT_LE(coverage, share < 0.9 ? 0.98 : 1) << share;
  }
}

// Leaving out that the default is uncertain would hold far less than it says.
TEST(SpreadExperiment, TheDefaultsOwnUncertaintyIsInTheInterval) {
  double known = 0, uncertain = 0;
  for (std::uint64_t s = 0; s < 50; ++s) {
    const QuantileConfidence random(draws(200, Key(s)));
    const Estimate a = share_below(random, {skewed(0.4), 0, 2}),
                   b = share_below(random, {skewed(0.4), 0.004, 2});
    known += a.high - a.low;
    uncertain += b.high - b.low;
  }
  EXPECT_GT(uncertain, 2 * known);
}

TEST(SpreadExperiment, TheMiddleOfRandomSettingsAgainstABaselineCovers) {
  const double coverage = test::coverage(studies, skewed(0.5) - 0.93, [&](Key key) {
    return quantile_above(QuantileConfidence(draws(30, key)), 0.5,
                          uncertain_mean(test::normals(3, 0.93, 0.002, key.with(1))));
  });
  EXPECT_NEAR(coverage, 0.95, 0.03);
}

TEST(SpreadExperiment, CountsHowManySettingsBeatTheDefault) {
  EXPECT_EQ(draws_to_beat(0), 1);
  EXPECT_EQ(draws_to_beat(0.05), 1);
  EXPECT_EQ(draws_to_beat(0.5), 5);   // 0.5^4 > 0.05 >= 0.5^5
  EXPECT_EQ(draws_to_beat(0.9), 29);  // 0.9^28 > 0.05 >= 0.9^29
  EXPECT_EQ(draws_to_beat(1), std::nullopt);
}

// Random settings, every fourth trained twice; `noise` is the seed's part.
std::vector<std::vector<double>> repeated(int settings, double noise, Key key) {
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < settings; ++i) {
    const Key own = key.with(static_cast<std::uint64_t>(i));
    const auto result = [&](std::uint64_t seed) {
      return 0.93 + 0.01 * (std::sqrt(1 - noise * noise) * own.normal(0) + noise * own.normal(seed));
    };
    rows.push_back({result(1)});
    if (i % 4 == 0) rows.back().push_back(result(2));
  }
  return rows;
}

// Of normal results, differences of two seeds are to those of two settings as the seed's standard deviation
// is to that of all.
TEST(SpreadExperiment, TheSeedsPartCovers) {
  for (const double noise : {0.1, 0.5}) {
    const double coverage = test::coverage(
        studies, noise, [&](Key key) { return seed_part(repeated(30, noise, key)).value().share; });
    EXPECT_NEAR(coverage, 0.95, 0.03) << noise;
  }
}

// An experiment whose truth is known: baselines at 0.92, 0.925, 0.93 and 0.94, random settings in between.
SpreadTable table(Key key, int settings = 30, bool maximize = true) {
  SpreadTable t{.name = "s.spread", .maximize = maximize, .finished = true, .epochs = 9};
  t.planned_settings = settings;
  const double sign = maximize ? 1 : -1;
  const std::pair<BaselineKind, double> baselines[] = {{BaselineKind::untuned, 0.92},
                                                       {BaselineKind::best_length, 0.925},
                                                       {BaselineKind::by_hand, 0.93},
                                                       {BaselineKind::tuned, 0.94}};
  std::uint64_t place = 100;
  for (const auto& [kind, truth] : baselines) {
    t.baselines.push_back({{kind, "trial 7, the study's best", {}}, 9, {}});
    for (const double v : test::normals(3, truth, 0.001, key.with(place++)))
      t.baselines.back().values.push_back(sign * v);
  }
  for (const std::vector<double>& row : repeated(settings, 0.1, key)) {
    t.settings.push_back({static_cast<int>(t.settings.size()) + 1, {}});
    for (const double v : row) t.settings.back().values.push_back(sign * v);
  }
  return t;
}

TEST(SpreadExperiment, TellsTheWayFromDefaultToTuned) {
  const SpreadExperiment e = *examine(table(Key(3)));
  ASSERT_EQ(e.way.size(), 5u);
  std::string kinds;
  for (const WayPoint& at : e.way) kinds += at.kind + " ";
  EXPECT_EQ(kinds, "default best_length by_hand random tuned ");
  EXPECT_FALSE(e.way[0].step);
  EXPECT_NEAR(e.way[1].step->estimate, 0.005, 0.003);
  EXPECT_NEAR(e.way[2].step->estimate, 0.005, 0.003);
  EXPECT_NEAR(e.way[3].step->estimate, 0, 0.01);
  EXPECT_NEAR(e.way[4].from_default->estimate, 0.02, 0.003);
  EXPECT_EQ(e.way[3].runs, 30);
  EXPECT_EQ(e.way[4].label, "tuned, trial 7");
}

// The referee's third point: one random setting with its seeds says nothing of the draw of the setting.
TEST(SpreadExperiment, ARandomSettingsStepHoldsTheDrawOfTheSetting) {
  const double truth = 0;  // the middle of the space is where what was fixed by hand is
  int draws_told = 0, one_setting = 0;
  constexpr int n = 60;
  for (std::uint64_t s = 0; s < n; ++s) {
    const SpreadTable t = table(Key(s));
    draws_told += examine(t)->way[3].step->contains(truth);
    const double one = t.settings.front().values.front() - 0.93;
    one_setting += std::abs(one - truth) < 0.0025;  // about what two seeds of one setting would have said
  }
  EXPECT_GT(draws_told, 0.88 * n);
  EXPECT_LT(one_setting, 0.4 * n);
}

TEST(SpreadExperiment, OfALossTheLowerIsTheBetter) {
  const SpreadExperiment a = *examine(table(Key(5))), b = *examine(table(Key(5), 30, false));
  EXPECT_NEAR(a.share_below_default->estimate, b.share_below_default->estimate, 1e-12);
  EXPECT_NEAR(a.share_below_default->low, b.share_below_default->low, 1e-9);
  EXPECT_EQ(a.trials_to_beat_default.estimate, b.trials_to_beat_default.estimate);
  for (std::size_t i = 0; i < a.quantiles.size(); ++i)
    EXPECT_NEAR(a.quantiles[i].value.estimate, -b.quantiles[i].value.estimate, 1e-12);
  EXPECT_NEAR(a.quantiles[0].value.high, -b.quantiles[0].value.low, 1e-12);
  for (std::size_t i = 1; i < a.way.size(); ++i)
    EXPECT_NEAR(a.way[i].step->estimate, b.way[i].step->estimate, 1e-12);
  EXPECT_NEAR(a.seed->share.estimate, b.seed->share.estimate, 1e-12);
}

TEST(SpreadExperiment, SaysNothingOfTooLittle) {
  SpreadTable t = table(Key(1), 1);
  EXPECT_FALSE(examine(t));
  t = table(Key(1), 3);
  EXPECT_TRUE(examine(t));
  EXPECT_FALSE(examine(t)->seed);
  t.baselines.front().values.resize(1);
  EXPECT_FALSE(examine(t));
}

TEST(SpreadExperiment, WithNoSettingBetterThanTheDefaultTheNumberToTryIsNotBounded) {
  SpreadTable t = table(Key(1));
  for (double& v : t.baselines.front().values) v += 1;
  const SpreadExperiment e = *examine(t);
  EXPECT_EQ(e.share_below_default->estimate, 1);
  EXPECT_EQ(e.trials_to_beat_default.estimate, std::nullopt);
  EXPECT_GT(e.trials_to_beat_default.low.value(), 20);
  EXPECT_EQ(e.trials_to_beat_default.high, std::nullopt);
}

// ---- reading it

struct Experiment {
  test::TestStudy study;
  explicit Experiment(double diverges_above, const StudyCallbacks& callbacks = {})
      : study([] {
          SpreadPlan plan{"s", {{BaselineKind::untuned, "the untuned default", {}}}};
          plan.extend(12, 2);
          return spread_of(test::small_study(), std::move(plan), 5);
        }()) {
    test::Formula formula;
    formula.diverges_above = diverges_above;
    study.run(formula, {}, callbacks);
  }
  SpreadTable read() const { return read_spread(*open_storage(study.url), study.id); }
};

TEST(SpreadTable, HasEveryRunOfThePlan) {
  const SpreadTable t = Experiment(2).read();
  EXPECT_TRUE(t.finished);
  EXPECT_EQ(t.baselines.front().values.size(), 2u);
  ASSERT_EQ(t.settings.size(), 12u);
  for (const SpreadSettingRuns& s : t.settings) EXPECT_EQ(s.values.size(), s.number % 4 == 1 ? 2u : 1u);
  EXPECT_EQ(t.runs, 17);
  EXPECT_EQ(t.epochs_trained, 17 * 9);
}

TEST(SpreadTable, ARunThatDivergesIsTheWorstResultAndNotMissing) {
  const SpreadTable t = Experiment(0.1).read();
  ASSERT_EQ(t.settings.size(), 12u);
  EXPECT_GT(t.diverged, 1);
  EXPECT_EQ(t.failed, 0);
  double worst = 1;
  int at_worst = 0;
  for (const SpreadSettingRuns& s : t.settings) worst = std::min(worst, s.values.front());
  for (const SpreadSettingRuns& s : t.settings)
    for (const double v : s.values) at_worst += v == worst;
  EXPECT_EQ(at_worst, t.diverged);
  EXPECT_LE(worst, guessing_value(Metric::accuracy, test::tiny_network().classes));
}

TEST(SpreadTable, BeforeItsEndItHasTheSettingsUpToTheFirstThatIsLeft) {
  std::atomic<int> asked = 0;
  const SpreadTable t = Experiment(2, {.stop = [&] { return ++asked > 60; }}).read();
  EXPECT_FALSE(t.finished);
  EXPECT_GT(t.settings.size(), 0u);
  EXPECT_LT(t.settings.size(), 12u);
  EXPECT_EQ(t.planned_settings, 12);
}

}  // namespace
}  // namespace tailor
