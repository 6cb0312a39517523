// Predicted final values on simulated studies whose truth is known: two schedules, curves that cross, noise.
#include "tailor/analysis/final_value.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "analysis/tables.h"
#include "tailor/analysis/findings.h"

namespace tailor {
namespace {

constexpr int epochs = 12, first = 4, trials = 120;

struct Simulated {
  StudyTable table;
  std::vector<double> finals;  // of every trial, had it been trained to the end
};

// A constant rate rises early, one that falls late rises late and ends higher: their curves cross.
std::vector<double> path(Key key) {
  const double quality = key.uniform(0), speed = 0.5 + key.uniform(1);
  const bool falls = key.uniform(2) < 0.5;
  std::vector<double> values;
  for (int e = 1; e <= epochs; ++e) {
    const double t = static_cast<double>(e) / epochs;
    const double rise = falls ? 1 - std::exp(-2 * speed * t * t) : 1 - std::exp(-4 * speed * t);
    values.push_back(0.6 + (0.2 + 0.1 * falls) * quality + 0.1 * rise +
                     0.004 * key.normal(static_cast<std::uint64_t>(e)));
  }
  return values;
}

// Every sixth trial is trained to the end whatever it shows; of the others the best third at `first` are.
Simulated simulate(std::uint64_t seed) {
  Simulated s{test::empty_table(), {}};
  s.table.definition.budget.epochs = epochs;
  std::vector<double> early;
  for (std::uint64_t i = 0; i < trials; ++i) early.push_back(path(Key(seed).with(i))[first - 1]);
  std::sort(early.begin(), early.end());
  for (std::uint64_t i = 0; i < trials; ++i) {
    std::vector<double> whole = path(Key(seed).with(i));
    const bool chosen = whole[first - 1] >= early[trials * 2 / 3], always = i % 6 == 0;
    s.finals.push_back(whole.back());
    if (!chosen && !always) whole.resize(first);
    test::add_trial(s.table, std::move(whole)).unconditional = always;
  }
  return s;
}

TEST(FinalValues, IntervalsHoldWhatTheyPromise) {
  int told = 0, held = 0, high = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Simulated s = simulate(seed);
    for (const PredictedFinal& p : predict_finals(s.table).predicted) {
      ++told;
      held += p.value.contains(s.finals[p.trial]);
      high += s.finals[p.trial] > p.value.high;
      EXPECT_TRUE(s.table.trials[p.trial].cut_short());
    }
  }
  EXPECT_GT(told, 60 * 50);
  EXPECT_NEAR(1.0 * held / told, 0.95, 0.02);
  EXPECT_LT(1.0 * high / told, 0.04);  // not off to one side
}

TEST(FinalValues, DrawsAreFromThePredictiveDistribution) {
  const Simulated s = simulate(1);
  const FinalValues finals = predict_finals(s.table);
  ASSERT_FALSE(finals.predicted.empty());
  const PredictedFinal& p = finals.predicted.front();
  int inside = 0;
  double sum = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const double drawn = finals.lines[p.line].draw(p.early, Key(i));
    sum += drawn;
    inside += p.value.contains(drawn);
  }
  EXPECT_NEAR(sum / 2000, p.value.estimate, 0.1 * (p.value.high - p.value.low));
  EXPECT_NEAR(inside / 2000.0, 0.95, 0.04);
}

// Survivors lie above the others; of a line through them nobody knows how the others end.
TEST(FinalValues, NothingIsToldFromSurvivorsOrFromTooFew) {
  Simulated s = simulate(2);
  EXPECT_FALSE(predict_finals(s.table).predicted.empty());
  int kept = 0;
  for (StudyRow& row : s.table.trials)
    if (row.unconditional && ++kept > static_cast<int>(least_for_final_values) - 1) row.unconditional = false;
  EXPECT_TRUE(predict_finals(s.table).predicted.empty());
  for (StudyRow& row : s.table.trials) row.unconditional = false;
  EXPECT_TRUE(predict_finals(s.table).predicted.empty());
}

TEST(FinalValues, NothingIsToldOutsideWhatWasSeen) {
  Simulated s = simulate(3);
  StudyRow& below = test::add_trial(s.table, {0.1, 0.1, 0.1, 0.1});  // diverged
  below.number = 50;
  const std::size_t place = s.table.trials.size() - 1;
  for (const PredictedFinal& p : predict_finals(s.table).predicted) EXPECT_NE(p.trial, place);
  // Later than all that were to be trained to the end: perhaps of another kind.
  s.table.trials[place].epochs = s.table.trials[1].epochs;
  s.table.trials[place].number = trials;
  for (const PredictedFinal& p : predict_finals(s.table).predicted) EXPECT_NE(p.trial, place);
}

TEST(FinalValues, ImportanceKnowsThatTheyAreUncertain) {
  const Simulated s = simulate(4);
  const FinalValues finals = predict_finals(s.table);
  const Results results = surrogate_results(s.table, finals);
  const std::size_t complete = s.table.complete_values().size();
  ASSERT_EQ(results.values.size(), complete + finals.predicted.size());
  ASSERT_FALSE(results.drawn.empty());
  for (std::size_t i = 0; i < results.values.size(); ++i) {
    bool differs = false;
    for (const std::vector<double>& drawn : results.drawn) differs |= drawn[i] != results.values[i];
    EXPECT_EQ(differs, i >= complete);
  }
  EXPECT_TRUE(surrogate_results(s.table, {}).drawn.empty());
}

}  // namespace
}  // namespace tailor
