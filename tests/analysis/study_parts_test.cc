// Spread, pruning, the compute ledger and warnings, from tables made by hand.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/tables.h"
#include "tailor/analysis/compute.h"
#include "tailor/analysis/figures.h"
#include "tailor/analysis/findings.h"
#include "tailor/analysis/pruning.h"
#include "tailor/analysis/spread.h"
#include "tailor/analysis/statistics.h"
#include "tailor/analysis/warnings.h"

namespace tailor {
namespace {

using test::add_trial;
using test::curve;
using test::empty_table;
using ::testing::Contains;
using ::testing::Field;
using ::testing::Not;

StudyTable mixed_table() {
  StudyTable table = empty_table();
  add_trial(table, curve(0.5)).role = TrialRole::untuned;
  for (const double end : {0.3, 0.6, 0.9, 0.7}) add_trial(table, curve(end));
  add_trial(table, curve(0.4, 3));
  add_trial(table, curve(0.95, 3));
  StudyRow& failed = add_trial(table, curve(0.1, 1));
  failed.state = TrialState::failed;
  failed.failure = "training diverged: the loss is NaN";
  add_trial(table, curve(0.2), table.trials[1].assignment);
  return table;
}

TEST(Spread, FromWorstToBest) {
  const Spread s = spread(mixed_table()).value();
  EXPECT_EQ(s.values.count, 6);
  EXPECT_DOUBLE_EQ(s.values.worst, 0.2);
  EXPECT_DOUBLE_EQ(s.values.best, 0.9);
  ASSERT_TRUE(s.against_default);
  EXPECT_EQ(s.against_default->worse, 2);  // 0.3 and 0.2; 0.24 after three epochs tells nothing
  EXPECT_EQ(s.against_default->of, 5);
  EXPECT_EQ(s.ended, 9);
  EXPECT_NEAR(s.cut, 2.0 / 9, 1e-12);
  EXPECT_NEAR(s.diverged, 1.0 / 9, 1e-12);
  int counted = 0;
  for (const int c : s.counts) counted += c;
  EXPECT_EQ(counted, 6);
  EXPECT_EQ(s.edges.size(), s.counts.size() + 1);
  EXPECT_DOUBLE_EQ(s.edges.front(), 0.2);
  EXPECT_DOUBLE_EQ(s.edges.back(), 0.9);
  ASSERT_EQ(s.cut_short.size(), 1U);
  EXPECT_EQ(s.cut_short[0].epochs, 3);
  EXPECT_EQ(s.cut_short[0].trials, 2);
  EXPECT_FALSE(s.chosen);  // all of these were to be trained to the end
}

// Every setting is truly better than the default, and reaches it only after more epochs than most were given.
StudyTable slow_but_better() {
  StudyTable table = empty_table();
  table.definition.budget.epochs = 36;
  const auto path = [](double end,
                       std::size_t epochs) {  // half of the way to the end is made after 12 epochs
    std::vector<double> values;
    for (std::size_t e = 1; e <= epochs; ++e) {
      const auto x = static_cast<double>(e);
      values.push_back(end * (1 - 0.1 * 12 / (12 + x) + 0.1 * 12 / 48));
    }
    return values;
  };
  add_trial(table, path(0.92, 36)).role = TrialRole::untuned;
  for (int i = 1; i <= 40; ++i) {
    const double end = 0.921 + 0.0005 * i;
    StudyRow& row = add_trial(table, path(end, i % 4 == 0 ? 36 : 4));
    row.unconditional = false;
    if (!row.complete()) row.paused = true, row.state = TrialState::running;
    row.role = TrialRole::startup;
  }
  return table;
}

TEST(LikeWithLike, TrialsThatWereCutShortAreNotBelowTheDefault) {
  const StudyTable table = slow_but_better();
  EXPECT_LT(table.trials[1].epochs.back(), table.trials[0].value);
  const Spread s = spread(table).value();
  EXPECT_EQ(s.values.count, 11);
  EXPECT_EQ(s.against_default.value().worse, 0);
  EXPECT_EQ(s.against_default->of, 10);
  EXPECT_DOUBLE_EQ(s.edges.front(), 0.92);
  EXPECT_TRUE(s.chosen);
}

TEST(LikeWithLike, NothingIsLearnedFromTheMiddleOfATraining) {
  StudyTable table = slow_but_better();
  const Findings before = find_all(table, nullptr, 0);
  for (StudyRow& row : table.trials)
    if (!row.complete()) row.epochs.back() = 0.999;
  const Findings after = find_all(table, nullptr, 0);
  EXPECT_EQ(before.spread.value().values.best, after.spread.value().values.best);
  ASSERT_EQ(before.parameters.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(before.parameters[i].fanova, after.parameters[i].fanova);
    EXPECT_EQ(before.parameters[i].ped_anova, after.parameters[i].ped_anova);
    EXPECT_EQ(before.parameters[i].tunability, after.parameters[i].tunability);
  }
  EXPECT_FALSE(before.best_of_n);  // those that went on were chosen: no independent draws
  EXPECT_EQ(surrogate_results(table, {}).values.size(), 11U);
}

TEST(Spread, OfAMinimisedMeasureGoesDown) {
  StudyTable table = mixed_table();
  table.maximize = false;
  const Spread s = spread(table).value();
  EXPECT_DOUBLE_EQ(s.values.worst, 0.9);
  EXPECT_DOUBLE_EQ(s.values.best, 0.2);
  EXPECT_GT(s.values.q1, s.values.q3);
  EXPECT_FALSE(spread(empty_table()));
}

TEST(Pruning, SavedAndHowWellItChose) {
  const Pruning p = pruning(mixed_table()).value();
  EXPECT_EQ(p.epochs_trained, 66);
  EXPECT_EQ(p.epochs_full, 80);
  EXPECT_NEAR(p.saved_share, 14 / 80.0, 1e-12);
  EXPECT_EQ(p.first_decision, 3);
  EXPECT_NEAR(p.rank_correlation.value(), 1, 1e-9);
  StudyTable chosen = mixed_table();  // ranks of survivors tell little of all
  for (StudyRow& row : chosen.trials) row.unconditional = false;
  EXPECT_FALSE(pruning(chosen).value().rank_correlation);
  StudyTable whole = empty_table();
  add_trial(whole, curve(1));
  EXPECT_FALSE(pruning(whole));
}

TEST(Compute, EachTrialIsInOneItem) {
  const std::vector<ComputeItem> items = compute_ledger(mixed_table());
  const auto item = [&](ComputeKind kind) {
    for (const ComputeItem& i : items)
      if (i.kind == kind) return i;
    return ComputeItem{};
  };
  EXPECT_EQ(item(ComputeKind::failed).trials, 1);
  EXPECT_EQ(item(ComputeKind::duplicate).trials, 1);
  EXPECT_EQ(item(ComputeKind::pruned).trials, 2);
  EXPECT_EQ(item(ComputeKind::after_optimum).trials, 1);
  EXPECT_EQ(item(ComputeKind::useful).trials, 4);
  EXPECT_EQ(item(ComputeKind::useful).epochs, 40);
  double seconds = 0;
  for (const ComputeItem& i : items) seconds += i.seconds;
  EXPECT_EQ(seconds, 67);
}

std::vector<WarningKind> kinds(const WarningInput& input) {
  std::vector<WarningKind> result;
  for (const Warning& w : find_warnings(input)) result.push_back(w.kind);
  return result;
}

StudyTable good_table() {
  StudyTable table = empty_table();
  for (int i = 0; i < 30; ++i) add_trial(table, curve(0.5 + 0.001 * i), {1e-2, 0.5});
  add_trial(table, curve(0.9), {1e-2, 0.5});
  return table;
}

TEST(Warnings, AGoodStudyIsOnlyNotConfirmed) {
  EXPECT_THAT(kinds({.table = good_table()}), ::testing::ElementsAre(WarningKind::not_confirmed));
}

TEST(Warnings, OfStudies) {
  EXPECT_THAT(kinds({.table = mixed_table()}), Contains(WarningKind::too_few_trials));
  StudyTable edge = good_table();
  for (StudyRow& row : edge.trials) row.assignment[0] = 0.9;
  const std::vector<Warning> found = find_warnings({.table = edge});
  EXPECT_THAT(found, Contains(Field(&Warning::parameter, "rate")));
  EXPECT_THAT(found, Not(Contains(Field(&Warning::parameter, "drop"))));

  StudyTable rising = good_table();
  for (std::size_t e = 0; e < 10; ++e) rising.trials.back().epochs[e] = 0.09 * static_cast<double>(e + 1);
  EXPECT_THAT(kinds({.table = rising}), Contains(WarningKind::curves_still_rising));

  StudyTable close = good_table();
  add_trial(close, curve(0.895), {1e-2, 0.4});
  EXPECT_THAT(kinds({.table = close}), Contains(WarningKind::leaders_not_separated));

  StudyTable failing = good_table();
  for (int i = 0; i < 10; ++i) failing.trials[static_cast<std::size_t>(i)].state = TrialState::failed;
  EXPECT_THAT(kinds({.table = failing}), Contains(WarningKind::many_failures));

  StudyTable short_budget = good_table();
  for (std::size_t i = 0; i < 30; ++i) short_budget.trials[i].epochs[1] = -short_budget.trials[i].epochs[1];
  add_trial(short_budget, curve(0.3, 2), {1e-3, 0.4});
  EXPECT_THAT(kinds({.table = short_budget}), Contains(WarningKind::budget_too_short));
}

StudyProvenance computed_on(StudyProvenance::Counts sets, int not_recorded = 0) {
  StudyProvenance p{.not_recorded = not_recorded, .instruction_sets = std::move(sets)};
  for (const auto& [name, trials] : p.instruction_sets) p.trials += trials;
  p.trials += not_recorded;
  p.builds = {{"tailor 0.1.0", p.trials}};
  return p;
}

TEST(Warnings, OfStudiesThatSeveralInstructionSetsComputed) {
  const auto of = [](const Warning& w) { return std::string(name_of(w.kind)) + " of the " + w.of; };
  const auto found = [&](const StudyProvenance& study, const StudyProvenance& runs,
                         const StudyProvenance& settings) {
    StudyTable table = good_table();
    table.provenance = study;
    ConfirmationTable confirmation;
    confirmation.provenance = runs;
    SpreadTable spread;
    spread.provenance = settings;
    std::vector<std::string> result;
    for (const Warning& w : find_warnings({.table = table, .confirmation = &confirmation, .spread = &spread}))
      result.push_back(of(w));
    return result;
  };
  using ::testing::ElementsAre;
  const StudyProvenance one = computed_on({{"AVX2", 5}}), other = computed_on({{"NEON", 5}}),
                        mixed = computed_on({{"AVX2", 5}, {"NEON", 2}});
  StudyProvenance builds = one;
  builds.builds.emplace_back("tailor 0.2.0", 1);
  EXPECT_THAT(found({}, {}, {}), ElementsAre());
  EXPECT_THAT(found(one, one, one), ElementsAre());
  EXPECT_THAT(found(mixed, one, one), ElementsAre("mixed_instruction_sets of the study"));
  EXPECT_THAT(found(one, mixed, mixed), ElementsAre("mixed_instruction_sets of the confirmation",
                                                    "mixed_instruction_sets of the spread experiment"));
  EXPECT_THAT(found(one, other, one), ElementsAre("experiment_elsewhere of the confirmation"));
  EXPECT_THAT(found(one, builds, one), ElementsAre("mixed_builds of the confirmation"));
  EXPECT_THAT(found(computed_on({{"AVX2", 5}}, 1), one, computed_on({}, 3)),
              ElementsAre("provenance_not_recorded of the study"));
}

TEST(Warnings, OfImagesThatPartsShare) {
  StudyTable table = good_table();
  table.definition.data.name = "photos";
  const SharedImages few{.images = 1000, .trained = 2000, .alike = 9},
      many{.images = 1000, .trained = 2000, .alike = 100},
      both{.images = 500, .trained = 3000, .equal = 500, .other_label = 90};
  ConfirmationTable confirmation;
  const auto found = [&] {
    std::vector<std::string> result;
    for (const Warning& w : find_warnings({.table = table, .confirmation = &confirmation}))
      result.push_back(std::string(name_of(w.kind)) + " of " + w.parameter);
    return result;
  };
  using ::testing::ElementsAre;
  table.shared_validation = few;
  EXPECT_THAT(found(), ElementsAre());
  table.shared_validation = many;
  EXPECT_THAT(found(), ElementsAre("near_duplicates of validation"));
  confirmation.shared_test = both;
  EXPECT_THAT(found(), ElementsAre("near_duplicates of validation", "near_duplicates of test",
                                   "contradicting_labels of test"));
  table.shared_validation->other_label = 90;
  EXPECT_THAT(found(), ElementsAre("near_duplicates of validation", "contradicting_labels of validation",
                                   "near_duplicates of test"))
      << "the same labels once";
  const Warning first = find_warnings({.table = table, .confirmation = &confirmation})[0];
  EXPECT_EQ(first.shared, table.shared_validation);
  EXPECT_EQ(first.data.name, "photos");
}

// 89.4 % of 20,000 validation images and 91.17 % of 10,000 test images: five standard errors.
TEST(Warnings, ValidationAndTestFurtherApartThanChanceAllows) {
  EXPECT_NEAR(standard_errors_apart(0.9117, 10000, 0.894, 20000), 4.96, 0.02);
  ConfirmationTable confirmation;
  confirmation.candidates.resize(1);
  confirmation.winner = 0;
  EpochMetrics last;
  last.validation = {.accuracy = 0.894, .count = 20000};
  confirmation.candidates[0].runs = {{0, 0.894, true, {last}, Score{.accuracy = 0.9117, .count = 10000}}};
  const StudyTable table = good_table();
  EXPECT_THAT(kinds({.table = table, .confirmation = &confirmation}),
              ::testing::ElementsAre(WarningKind::validation_test_differ));
  EXPECT_THAT(kinds({.table = table, .confirmation = &confirmation, .test_openings = 2}),
              Contains(WarningKind::test_opened_again));
}

TEST(Warnings, ARaceThatEndedWithSeveralIn) {
  ConfirmationTable confirmation;
  confirmation.candidates.resize(3);
  confirmation.winner = 1;
  const StudyTable table = good_table();
  const WarningInput input{.table = table, .confirmation = &confirmation};
  confirmation.candidates[0].dropped_after = 2;
  ASSERT_EQ(kinds(input), std::vector{WarningKind::race_undecided});
  EXPECT_EQ(find_warnings(input)[0].value, 1);
  confirmation.candidates[2].dropped_after = 3;
  confirmation.candidates.emplace_back().races = false;  // a random setting
  EXPECT_THAT(kinds(input), ::testing::IsEmpty());
}

// A few runs near 100 % that differ much have an interval that reaches beyond it; the accuracy does not.
TEST(Findings, NothingIsSafeAtItsDefaultWhereTrialsWereCutShort) {
  StudyTable table = empty_table();
  for (std::uint64_t t = 0; t < 60; ++t) {
    const Assignment x = draw_uniform(table.definition.space, Key(t));
    add_trial(table, curve(0.6 + 0.2 * x[1] + 0.002 * Key(t).with(1).normal(0)), x);
  }
  EXPECT_EQ(find_all(table, nullptr, 0).leave_at_default, std::vector<std::size_t>{0});
  add_trial(table, curve(0.6, 3));
  EXPECT_TRUE(find_all(table, nullptr, 0).leave_at_default.empty());
}

// 14 hyperparameters' worth of trials, most of them cut short: those tell little of what matters.
TEST(Warnings, TrialsThatWereCutShortAreNotEnough) {
  StudyTable table = empty_table();
  for (int i = 0; i < 9; ++i) add_trial(table, curve(0.6 + 0.01 * i));
  const auto few = [&] { return kinds({.table = table}); };
  EXPECT_THAT(few(), Contains(WarningKind::too_few_trials));
  for (int i = 0; i < 20; ++i) add_trial(table, curve(0.3, 2));
  EXPECT_THAT(few(), Contains(WarningKind::too_few_trials));
  EXPECT_EQ(find_warnings({.table = table})[0].value, 9);
  add_trial(table, curve(0.8));
  EXPECT_THAT(few(), Not(Contains(WarningKind::too_few_trials)));
}

// Images differ in difficulty, alike in all trainings, so that an interval over seeds alone is for these images only.
TEST(Figures, TheIntervalOfTestAccuracyIsForOtherImagesToo) {
  constexpr std::size_t images = 600, seeds = 5;
  constexpr int studies = 400;
  const auto chance = [](double difficulty) { return 1 / (1 + std::exp(difficulty - 3)); };
  double truth = 0;
  for (std::uint64_t i = 0; i < 200000; ++i) truth += chance(3 * Key(77).normal(i)) / 200000;
  int covered = 0, seeds_alone = 0;
  for (std::uint64_t study = 0; study < studies; ++study) {
    ConfirmationCandidate c;
    std::vector<double> means;
    for (std::uint64_t s = 0; s < seeds; ++s) {
      ConfirmationRun run{static_cast<int>(s), 0.8, true, {EpochMetrics{}}, Score{.count = images}};
      for (std::uint64_t i = 0; i < images; ++i) {
        const Key image = Key(study).with(i);
        run.test_right.push_back(image.uniform(100 + s) < chance(3 * image.normal(0)));
        run.test->accuracy += run.test_right.back() / static_cast<double>(images);
      }
      run.test_values.assign(run.test_right.begin(), run.test_right.end());
      means.push_back(run.test->accuracy);
      c.runs.push_back(std::move(run));
    }
    const Figure figure = four_figures(c).test_accuracy.value();
    EXPECT_TRUE(figure.other_images);
    EXPECT_EQ(figure.mean, test_mean(c, true).value()) << "`tailor confirm` and reports say the same";
    covered += figure.mean.contains(truth);
    seeds_alone += mean_interval(means).contains(truth);
  }
  EXPECT_NEAR(covered, studies * 0.95, studies * 0.025);
  EXPECT_LT(seeds_alone, studies * 0.85);
}

// The default's loss is lowest after the second of four epochs, its accuracy at the end.
ConfirmationTable overfitting() {
  ConfirmationTable table;
  table.candidates.resize(2);
  table.candidates[0].roles = {"default"};
  table.candidates[1].roles = {"leader"};
  table.winner = 1;
  for (int seed = 1; seed <= 6; ++seed) {
    for (const std::size_t which : {0U, 1U}) {
      ConfirmationRun run{seed, 0.9, seed > 3};
      for (const double loss : {0.5, 0.3, 0.35, 0.4}) {
        EpochMetrics m;
        m.validation.loss = which == 1 ? 0.2 : loss + 0.001 * seed;
        run.history.push_back(m);
      }
      table.candidates[which].runs.push_back(run);
    }
  }
  return table;
}

TEST(Figures, TheDefaultsLossHasALengthOfItsOwn) {
  ConfirmationTable table = overfitting();
  const LossBaseline b = loss_baseline(table).value();
  EXPECT_EQ(b.epochs, 2);
  EXPECT_NEAR(b.untuned.estimate, 0.305, 1e-12) << "final runs alone";
  EXPECT_NEAR(b.untuned_at_end.estimate, 0.405, 1e-12);
  EXPECT_NEAR(b.winner.estimate, 0.2, 1e-12);
  EXPECT_NEAR(b.gain.estimate, 0.105, 1e-12);
  EXPECT_LT(b.gain.low, b.gain.estimate);
  table.metric = Metric::loss;
  EXPECT_FALSE(loss_baseline(table)) << "baselines of a study by the loss are stopped by it";
  table = overfitting();
  for (ConfirmationRun& run : table.candidates[0].runs) run.history.back().validation.loss = 0.1;
  EXPECT_FALSE(loss_baseline(table)) << "lowest at its end";
  table = overfitting();
  table.winner = 0;
  EXPECT_FALSE(loss_baseline(table)) << "the default won";
}

TEST(Findings, NoBoundOfAnAccuracyIsBeyondItsRange) {
  ConfirmationTable confirmation;
  ConfirmationCandidate winner;
  for (const double value : {0.9, 0.99, 0.995}) {
    ConfirmationRun run{static_cast<int>(winner.runs.size()), value, true};
    run.test = Score{.loss = 1 - value, .accuracy = value, .count = 100};
    run.history.resize(1);
    run.history[0].validation = {.accuracy = value, .count = 100};
    winner.runs.push_back(run);
  }
  winner.claimed = 0.999;
  confirmation.candidates = {winner};
  confirmation.winner = 0;
  EXPECT_GT(mean_interval(run_values(winner, true)).high, 1);
  EXPECT_EQ(confirmation.mean_value(winner, true).high, 1);
  EXPECT_EQ(four_figures(winner).test_accuracy.value().mean.high, 1);
  EXPECT_LT(four_figures(winner).test_loss.value().mean.low,
            four_figures(winner).test_loss.value().mean.high);

  StudyTable table = empty_table();
  for (const double end : {0.5, 0.6, 0.9, 0.97, 0.999}) add_trial(table, curve(end));
  const Findings f = find_all(table, &confirmation, 1);
  EXPECT_EQ(f.optimism.value().confirmed.value().high, 1);
  EXPECT_EQ(f.optimism->same_setting.value().high, 1);
  EXPECT_LT(f.optimism->optimism.value().low, 0);  // a difference may be anything
  EXPECT_LE(f.optimism->shrunken.value().high, 1);

  confirmation.maximize = false;
  EXPECT_GT(confirmation.mean_value(winner, true).high, 1);

  for (const double value : {0.0, 1.0}) {  // Wilson's, of one run
    winner.runs = {winner.runs.front()};
    winner.runs[0].history[0].validation = {.accuracy = value, .count = 20000};
    const Estimate one = four_figures(winner).max_validation_accuracy.value().mean;
    EXPECT_GE(one.low, 0);
    EXPECT_LE(one.high, 1);
  }
}

}  // namespace
}  // namespace tailor
