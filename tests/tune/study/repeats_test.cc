#include "tailor/tune/study/repeats.h"

#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "tailor/tune/study/study_summary.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using namespace test;

std::vector<Report> searched(std::vector<double> costs) {
  std::vector<Report> reports;
  for (const double cost : costs) reports.push_back({.cost = cost});
  return reports;
}

// The settings that are repeated, if a repeat of setting i reports costs[i].
std::vector<std::size_t> given(std::vector<Report> reports, int repeats, const std::vector<double>& costs) {
  std::vector<std::size_t> order;
  while (const auto next = next_repeat(reports, repeats)) {
    order.push_back(next->trial);
    reports.push_back({.cost = costs[next->trial], .repeats = next->trial});
  }
  return order;
}

TEST(Repeats, HalveTheLeadersByTheirMeans) {
  // The best report was luck: its repeats are bad.
  const std::vector<double> first = {5, 1, 2, 3, 4, 9}, again = {5, 9, 2, 3, 1, 9};
  EXPECT_EQ(given(searched(first), 6, again), (std::vector<std::size_t>{1, 2, 3, 2, 3, 2}));
  EXPECT_EQ(given(searched(first), 10, again), (std::vector<std::size_t>{1, 2, 3, 4, 0, 2, 4, 3, 2, 4}));
  EXPECT_TRUE(given(searched(first), 0, again).empty());
  EXPECT_EQ(given(searched({NAN, 2}), 3, {0, 2}), (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_TRUE(given(searched({NAN, NAN}), 3, {}).empty());
}

TEST(Repeats, SayWhenTheyHangOnAllResultsBefore) {
  std::vector<Report> reports = searched({1, 2, 3, 4});
  std::vector<bool> new_rounds;
  while (const auto next = next_repeat(reports, 5)) {
    new_rounds.push_back(next->new_round);
    reports.push_back({.repeats = next->trial});  // its result is not there yet
  }
  EXPECT_EQ(new_rounds, (std::vector<bool>{true, false, false, true, false}));
}

TEST(Repeats, AreOfTheLastTrialsAlone) {
  std::vector<Report> reports = searched({1, 2});
  reports.push_back({.cost = 9, .repeats = 0});
  reports.push_back({.cost = 3});  // the study was extended
  const auto next = next_repeat(reports, 1);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->trial, 1U) << "the mean of trial 0 is 5 by now";
}

TEST(Repeats, AFailedOneSpeaksAgainstItsSetting) {
  std::vector<Report> reports = searched({1, 2});
  reports.push_back({.cost = std::numeric_limits<double>::infinity(), .repeats = 0});
  const std::vector<SettingReports> settings = reports_of_settings(reports);
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_TRUE(std::isinf(settings[0].mean()));
}

StudyDefinition noisy_study(const std::string& pruner) {
  StudyDefinition d = small_study("random", pruner);
  d.budget = {.trials = 30, .epochs = 9, .repeats = 8};
  return d;
}

TEST(Repeats, EndAStudyWithFullTrainingsOfItsLeadersOnOtherSeeds) {
  for (const char* pruner : {"none", "asha"}) {
    const TestStudy study(noisy_study(pruner));
    Formula formula;
    ASSERT_EQ(study.run(formula), StudyEnd::finished);
    const auto storage = open_storage(study.url);
    const std::vector<TrialRecord> trials = storage->get_trials(study.id);
    ASSERT_EQ(trials.size(), 30U);
    std::set<std::string> seeds;
    for (const TrialRecord& t : trials) {
      seeds.insert(t.user_attributes.at(trial_key::seed));
      const auto repeats = t.user_attributes.find(trial_key::repeats);
      ASSERT_EQ(repeats != t.user_attributes.end(), t.number >= 22) << pruner << " " << t.number;
      if (t.number < 22) continue;
      const TrialRecord& first = trials.at(std::stoul(repeats->second));
      EXPECT_LT(first.number, 22);
      EXPECT_EQ(t.state, TrialState::complete);
      EXPECT_EQ(t.intermediate_values.size(), 9U);
      EXPECT_EQ(t.user_attributes.at(trial_key::settings), first.user_attributes.at(trial_key::settings));
    }
    EXPECT_EQ(seeds.size(), 30U);
    const StudySummary s = summarize(*storage, study.id, true);
    ASSERT_TRUE(s.recommendation && s.recommendation->odds);
    EXPECT_NEAR(s.recommendation->odds->noise_sd, 0.01, 0.008);
    EXPECT_EQ(s.best->number, static_cast<int>(s.recommendation->trial));
    EXPECT_EQ(s.best->value, -s.recommendation->mean);
  }
}

TEST(Repeats, DoNotDependOnTheNumberOfWorkers) {
  const TestStudy one(noisy_study("asha")), four(noisy_study("asha"));
  Formula formula, slow;
  slow.sleep_microseconds = 2000;
  one.run(formula);
  four.run(slow, {.jobs = 4});
  EXPECT_EQ(one.content(), four.content());
}

TEST(Repeats, AreDecidedTheSameWayAfterTheSearchWasExtended) {
  StudyDefinition d = noisy_study("none");
  const TestStudy study(d);
  Formula formula;
  study.run(formula);
  d.budget.trials = 50;
  change_definition(*open_storage(study.url), study.id, d);
  study.run(formula);
  int repeats = 0;
  const auto trials = open_storage(study.url)->get_trials(study.id);
  ASSERT_EQ(trials.size(), 50U);
  for (const TrialRecord& t : trials) {
    const bool repeated = t.user_attributes.count(trial_key::repeats) > 0;
    repeats += repeated;
    EXPECT_EQ(repeated, (t.number >= 22 && t.number < 30) || t.number >= 42) << t.number;
  }
  EXPECT_EQ(repeats, 16);
}

TEST(Repeats, OfADefinitionAreOptional) {
  StudyDefinition d = noisy_study("none");
  EXPECT_EQ(definition_from_json(to_json(d), "here").budget, d.budget);
  d.budget.repeats = 0;
  EXPECT_EQ(to_json(d).find("\"repeats\":0"), std::string::npos);
  EXPECT_EQ(definition_from_json(to_json(d), "here").budget.repeats, 0);
}

}  // namespace
}  // namespace tailor
