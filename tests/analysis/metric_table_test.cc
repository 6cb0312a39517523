#include "tailor/analysis/metric_table.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/base/random.h"
#include "tailor/train/metrics.h"

namespace tailor {
namespace {

MetricEstimate network(double value, double low, double high) { return {value, {low, high}}; }

TEST(MetricTable, OneNetworkHasItsOwnInterval) {
  const std::vector one = {network(0.9, 0.85, 0.93)};
  const Estimate e = over_networks(one, Metric::accuracy);
  EXPECT_NEAR(e.estimate, 0.9, 1e-12);
  EXPECT_NEAR(e.low, 0.85, 1e-12);
  EXPECT_NEAR(e.high, 0.93, 1e-12);
}

TEST(MetricTable, SeveralNetworksAddWhatTheirSeedsDo) {
  const std::vector alike = {network(0.9, 0.85, 0.93), network(0.9, 0.85, 0.93)};
  EXPECT_NEAR(over_networks(alike, Metric::auc).low, 0.85, 1e-12);
  const std::vector apart = {network(0.88, 0.83, 0.91), network(0.92, 0.87, 0.95), network(0.9, 0.85, 0.93)};
  const Estimate e = over_networks(apart, Metric::auc);
  EXPECT_LT(e.low, 0.84);
  EXPECT_GT(e.high, 0.94);
  const std::vector high = {network(0.99, 0.9, 1), network(0.9, 0.8, 1)};
  EXPECT_EQ(over_networks(high, Metric::auc).high, 1) << "is a share";
  const std::vector losses = {network(0.2, 0.1, 0.3), network(1.2, 1, 1.4)};
  EXPECT_GT(over_networks(losses, Metric::loss).high, 1);
  EXPECT_EQ(over_networks(losses, Metric::loss).low, 0);
  const std::vector unknown = {network(std::nan(""), std::nan(""), std::nan(""))};
  EXPECT_TRUE(std::isnan(over_networks(unknown, Metric::auc).estimate));
}

// Accuracies of networks whose seeds and images both differ: the truth is of other seeds and other images.
TEST(MetricTable, IntervalsCoverSeedsAndImages) {
  constexpr std::uint64_t images = 300, seeds = 5, studies = 500;
  const auto chance = [](double ease, double skill) { return 1 / (1 + std::exp(-2 * ease - 1.5 - skill)); };
  double truth = 0, width = 0;
  constexpr std::uint64_t draws = 200'000;
  for (std::uint64_t i = 0; i < draws; ++i)
    truth += chance(Key(5).normal(i), 0.3 * Key(6).normal(i)) / static_cast<double>(draws);
  int covered = 0;
  for (std::uint64_t study = 0; study < studies; ++study) {
    const Key key = Key(100).with(study);
    std::vector<MetricEstimate> networks;
    for (std::uint64_t s = 0; s < seeds; ++s) {
      double right = 0;
      for (std::uint64_t i = 0; i < images; ++i)
        right += key.with(s).uniform(i) < chance(key.normal(i), 0.3 * key.with(s).normal(1'000'000)) ? 1 : 0;
      const double accuracy = right / static_cast<double>(images);
      networks.push_back({accuracy, wilson_interval(accuracy, static_cast<double>(images))});
    }
    const Estimate e = over_networks(networks, Metric::accuracy);
    covered += e.contains(truth);
    width += (e.high - e.low) / static_cast<double>(studies);
  }
  EXPECT_GT(covered, studies * 0.945);
  EXPECT_LT(width, 0.17) << "and not by being wide";
}

MetricEstimates all(double value) {
  MetricEstimates estimates;
  estimates.fill(network(value, value - 0.1, value + 0.1));
  return estimates;
}

TEST(MetricTable, ComparesTheTunedSettingWithTheDefault) {
  StudyTable study;
  EXPECT_FALSE(metric_table(study, nullptr)) << "no trial yet";
  study.trials.resize(2);
  for (int i = 0; i < 2; ++i) {
    StudyRow& row = study.trials[static_cast<std::size_t>(i)];
    row = {.number = i,
           .state = TrialState::complete,
           .value = 0.5 + 0.2 * i,
           .assignment = {0.1 * i, std::nan("")}};
    row.role = i == 0 ? TrialRole::untuned : TrialRole::search;
  }
  EXPECT_FALSE(metric_table(study, nullptr)) << "as in older studies";
  study.trials[0].metrics = all(0.5), study.trials[1].metrics = all(0.7);
  study.repeats.push_back(study.trials[1]);
  study.repeats.back().metrics = all(0.6);
  const MetricTable own = metric_table(study, nullptr).value();
  EXPECT_FALSE(own.confirmed);
  EXPECT_EQ(own.validation.tuned->name, "trial 1");
  EXPECT_EQ(own.validation.tuned->networks, 2) << "with the repeat of its setting";
  EXPECT_NEAR(own.validation.tuned->values[0].estimate, 0.65, 1e-12);
  EXPECT_EQ(own.validation.untuned->networks, 1);
  EXPECT_FALSE(own.test.tuned);

  ConfirmationTable confirmation;
  confirmation.candidates.resize(2);
  confirmation.candidates[0].name = "default", confirmation.candidates[0].roles = {"default"};
  confirmation.candidates[1].name = "trial 1";
  for (ConfirmationCandidate& candidate : confirmation.candidates)
    for (const bool final_run : {false, true}) {
      ConfirmationRun run{.seed_index = 1, .value = 0.6, .final_run = final_run};
      run.validation_metrics = all(final_run ? 0.6 : 0.9);
      if (final_run) run.test_metrics = all(0.55);
      candidate.runs.push_back(run);
    }
  EXPECT_FALSE(metric_table(study, &confirmation)->confirmed) << "no winner yet";
  confirmation.winner = 1;
  const MetricTable confirmed = metric_table(study, &confirmation).value();
  EXPECT_TRUE(confirmed.confirmed);
  EXPECT_EQ(confirmed.validation.tuned->networks, 1) << "of the race's runs none";
  EXPECT_NEAR(confirmed.validation.tuned->values[3].estimate, 0.6, 1e-12);
  EXPECT_NEAR(confirmed.test.untuned->values[3].estimate, 0.55, 1e-12);
}

}  // namespace
}  // namespace tailor
