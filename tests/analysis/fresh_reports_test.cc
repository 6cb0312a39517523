#include "tailor/analysis/fresh_reports.h"

#include <gtest/gtest.h>

#include "analysis/tables.h"

namespace tailor {
namespace {

using test::add_trial;
using test::curve;
using test::empty_table;

StudyTable study() {
  StudyTable table = empty_table();
  add_trial(table, curve(0.5)).role = TrialRole::untuned;
  for (const double end : {0.6, 0.9, 0.7}) add_trial(table, curve(end));
  for (const StudyRow& row : table.trials) table.reports.push_back({.cost = -row.value});
  table.recommendation = recommend(table.reports);
  table.best_settings = {{"learning_rate", "0.5"}};
  return table;
}

ConfirmationTable confirmation() {
  ConfirmationTable c;
  c.candidates.resize(4);
  c.candidates[0] = {"default", {"default"}, 0, 0.5, {}, {{1, 0.5}, {2, 0.52}, {9, 0.51, true}}, {}};
  c.candidates[1] = {"trial 3", {"leader"}, 3, 0.7, {{"flip", "0.5"}}, {{1, 0.8}, {2, 0.81}, {9, 0.8, true}},
                     {}};
  c.candidates[2] = {"by hand", {"by_hand"}, {}, {}, {{"shift", "1"}}, {{1, 0.1}, {2, 0.9}}, {}};
  c.candidates[3] = {"random 1", {"random"}, {}, {}, {{"shift", "2"}}, {{9, 0.4, true}}, {}, false};
  c.winner = 1;
  return c;
}

TEST(FreshReports, AreAConfirmationsRunsOfTriedSettings) {
  const ConfirmationTable c = confirmation();
  const FreshReports fresh = fresh_reports(study(), &c, nullptr);
  ASSERT_EQ(fresh.settings.size(), 2U)
      << "what was fixed by hand, and random settings, the study never tried";
  EXPECT_EQ(fresh.settings[0].trial, 0U);
  EXPECT_EQ(fresh.settings[1].trial, 3U);
  EXPECT_EQ(fresh.settings[1].costs, (std::vector<double>{-0.8, -0.81, -0.8}));
  EXPECT_EQ(fresh.confirmed, 3U);
}

TEST(FreshReports, AreNoneWhereEachSeedDrewItsOwnImages) {
  ConfirmationTable c = confirmation();
  c.reshuffled = true;
  EXPECT_TRUE(fresh_reports(study(), &c, nullptr).settings.empty());
}

TEST(FreshReports, AreASpreadExperimentsRunsOfTheDefaultAndTheTunedSetting) {
  SpreadTable spread;
  spread.baselines = {{{BaselineKind::untuned, "the untuned default", {}}, 10, {0.5, 0.51}},
                      {{BaselineKind::by_hand, "by hand", {{"shift", "1"}}}, 10, {0.1, 0.9}},
                      {{BaselineKind::tuned, "the best", {{"learning_rate", "0.5"}}}, 10, {0.88, 0.87}}};
  FreshReports fresh = fresh_reports(study(), nullptr, &spread);
  ASSERT_EQ(fresh.settings.size(), 2U);
  EXPECT_EQ(fresh.settings[0].trial, 0U);
  EXPECT_EQ(fresh.settings[1].trial, 2U) << "the best trial has these settings";
  EXPECT_EQ(fresh.settings[1].costs, (std::vector<double>{-0.88, -0.87}));
  EXPECT_FALSE(fresh.confirmed);

  const ConfirmationTable c = confirmation();
  spread.baselines[2].what.settings = c.candidates[1].settings;
  fresh = fresh_reports(study(), &c, &spread);
  ASSERT_EQ(fresh.settings.size(), 2U);
  EXPECT_EQ(fresh.settings[1].trial, 3U) << "the winner has";
  EXPECT_EQ(fresh.settings[1].costs.size(), 5U);
  spread.baselines[2].what.settings = {{"shift", "2"}};
  EXPECT_EQ(fresh_reports(study(), nullptr, &spread).settings.size(), 1U)
      << "of another version of the study";
}

}  // namespace
}  // namespace tailor
