// Spread experiments: studies whose trials are a plan's runs, the same with any workers, which can be given
// more.
#include "tailor/tune/study/spread_plan.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "tailor/tune/spread/baselines.h"
#include "tailor/tune/study/study_summary.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using test::expect_error;
using test::Formula;
using test::small_study;
using test::TestStudy;
using testing::HasSubstr;

SpreadPlan plan(int settings, int repeats = 2) {
  SpreadPlan p{"s",
               {{BaselineKind::untuned, "the untuned default", {}},
                {BaselineKind::best_length, "shorter", {{"epochs", "4"}}}}};
  p.extend(settings, repeats);
  return p;
}

// A formula whose trainings end where their setting says, as real ones do.
class Trained : public Formula {
 public:
  ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                      const std::function<bool()>& stop) override {
    ObjectiveResult result = Formula::run(task, report, stop);
    EXPECT_NE(result.end, ObjectiveEnd::paused);
    return result;
  }
};

std::vector<std::string> work_through(const TestStudy& study, const StudyOptions& options = {},
                                      const StudyCallbacks& callbacks = {}) {
  Trained formula;
  formula.sleep_microseconds = options.jobs > 1 ? 3000 : 0;
  while (study.run(formula, options, callbacks) != StudyEnd::finished) {
  }
  return study.content();
}

TEST(SpreadPlan, HasBaselinesFirstThenSettingsOfWhichEveryFourthIsTrainedTwice) {
  EXPECT_THAT(plan(6).runs, testing::ElementsAre(-1, -2, -1, -2, 1, 1, 2, 3, 4, 5, 5, 6));
  EXPECT_EQ(plan(30).second_runs(), 8);
  EXPECT_EQ(plan(30).settings(), 30);
  EXPECT_EQ(plan(30, 3).repeats(), 3);
}

TEST(SpreadPlan, OnlyEverGrows) {
  SpreadPlan p = plan(6);
  p.extend(4, 1);
  EXPECT_EQ(p, plan(6));
  p.extend(9, 3);
  EXPECT_TRUE(plan(6).continued_by(p));
  EXPECT_FALSE(p.continued_by(plan(6)));
  EXPECT_THAT(std::vector(p.runs.begin() + 12, p.runs.end()), testing::ElementsAre(-1, -2, 7, 8, 9, 9));
}

TEST(SpreadPlan, SurvivesJson) {
  const StudyDefinition d = spread_of(small_study(), plan(6), 5);
  const StudyDefinition again = definition_from_json(to_json(d), "here");
  EXPECT_EQ(again.spread, d.spread);
  EXPECT_EQ(to_json(again), to_json(d));
}

TEST(SpreadExperiment, IsTheSameWithAnyWorkersAndInterruptions) {
  const StudyDefinition d = spread_of(small_study("tpe", "asha"), plan(12), 5);
  const std::vector<std::string> expected = work_through(TestStudy(d));
  EXPECT_EQ(expected.size(), d.spread->runs.size());
  EXPECT_EQ(work_through(TestStudy(d), {.jobs = 5}), expected);
  std::atomic<int> asked = 0;
  EXPECT_EQ(work_through(TestStudy(d), {.jobs = 2, .checkpoints = scratch("spread")},
                         {.stop = [&] { return ++asked % 50 == 0; }}),
            expected);
}

TEST(SpreadExperiment, TrainsEverythingToItsEnd) {
  const std::vector<std::string> trials = work_through(TestStudy(spread_of(small_study(), plan(12), 5)));
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_THAT(trials[i], HasSubstr("state 2 ")) << i;
    EXPECT_THAT(trials[i], HasSubstr(i == 1 || i == 3 ? "\"reached\":4," : "\"reached\":9,")) << i;
  }
  EXPECT_THAT(trials[0], HasSubstr("tailor:settings={}"));
  EXPECT_THAT(trials[0], HasSubstr("tailor:run=\"default\""));
  EXPECT_THAT(trials[1], HasSubstr("tailor:settings={\"epochs\":\"4\"}"));
  EXPECT_THAT(trials[4], HasSubstr("tailor:run=\"random setting 1\""));
  EXPECT_THAT(trials[4], HasSubstr("label_smoothing"));  // what the study fixed holds for its space
}

TEST(SpreadExperiment, MoreSettingsLeaveWhatIsThereAsItIs) {
  const StudyDefinition d = spread_of(small_study(), plan(6), 5);
  const TestStudy study(d);
  const std::vector<std::string> before = work_through(study);
  StudyDefinition more = d;
  more.spread->extend(12, 3);
  more.budget.trials = static_cast<int>(more.spread->runs.size());
  change_definition(*open_storage(study.url), study.id, more);
  const std::vector<std::string> after = work_through(study, {.jobs = 3});
  ASSERT_EQ(after.size(), more.spread->runs.size());
  EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin()));
  EXPECT_EQ(more.planned_settings(11).learning_rate, d.planned_settings(11).learning_rate);
  expect_error(ExitCode::usage, {"a spread experiment keeps its space"},
               [&] { change_definition(*open_storage(study.url), study.id, d); });
}

TEST(SpreadExperiment, SharesNoSeedAndNoDrawWithItsStudyOrItsConfirmation) {
  StudyDefinition study = small_study("random");
  const StudyDefinition d = spread_of(study, plan(40), study.seed);
  const StudyDefinition confirmation = confirmation_of(
      study, {.study = "s", .candidates = {{"default", {}, 0, {}}}, .race = {}}, study.seed, 4);
  std::set<std::uint64_t> seeds;
  for (int i = 0; i < 50; ++i) seeds.insert(d.repetition(i, {}).seed);
  for (int i = 0; i < 50; ++i) seeds.insert(study.repetition(i, {}).seed);
  for (int i = 1; i < 10; ++i) seeds.insert(confirmation.repetition(i, {0, static_cast<double>(i)}).seed);
  EXPECT_EQ(seeds.size(), 109u);
  const auto sampler = make_sampler("random");
  std::set<double> rates;
  for (int i = 0; i < 50; ++i) rates.insert((*sampler->propose(study.space, {}, i, study.proposal_key()))[0]);
  for (int i = 4; i < 54; ++i) EXPECT_EQ(rates.count(assignment_of(d.space, d.planned_settings(i))[0]), 0u);
}

TEST(SpreadExperiment, BothRunsOfASettingDifferInTheirSeedAlone) {
  const StudyDefinition d = spread_of(small_study(), plan(6), 5);
  EXPECT_TRUE(differences(d.planned_settings(4), d.planned_settings(5)).empty());
  EXPECT_FALSE(differences(d.planned_settings(5), d.planned_settings(6)).empty());
  EXPECT_NE(d.repetition(4, {}).seed, d.repetition(5, {}).seed);
}

TEST(SpreadExperiment, DrawsAreUniformOverTheSpace) {
  const StudyDefinition d = spread_of(small_study(), plan(2000), 5);
  int low = 0, sgd = 0, all = 0;
  for (int i = 4; i < static_cast<int>(d.spread->runs.size()); ++i) {
    if (d.spread->runs[static_cast<std::size_t>(i)] == d.spread->runs[static_cast<std::size_t>(i) - 1])
      continue;
    const Settings s = d.planned_settings(i);
    low += s.learning_rate < 1e-2;
    sgd += s.optimizer == "sgd";
    ++all;
  }
  EXPECT_EQ(all, 2000);
  EXPECT_NEAR(low, 1000, 80);
  EXPECT_NEAR(sgd, 667, 80);
}

TEST(SpreadExperiment, TakesNoWishes) {
  const TestStudy study(spread_of(small_study(), plan(4), 5));
  const auto storage = open_storage(study.url);
  storage->create_trial(study.id, {.state = TrialState::waiting,
                                   .system_attributes = {{"fixed_params", R"({"learning_rate": 0.1})"}}});
  const std::vector<std::string> trials = work_through(study);
  EXPECT_THAT(trials[0], HasSubstr("a spread experiment takes no wishes"));
  EXPECT_EQ(trials.size(), plan(4).runs.size());
}

TEST(SpreadExperiment, ItsBaselinesAreTheDefaultItsBestLengthWhatIsFixedAndTheBestTrial) {
  const TestStudy study(small_study());
  const auto storage = open_storage(study.url);
  StudyView view(study.id);
  storage->transaction([&] { view.refresh(*storage); });
  expect_error(ExitCode::usage, {"must be complete first"}, [&] { spread_baselines(*storage, view, {}); });
  Formula formula;
  study.run(formula);
  storage->transaction([&] { view.refresh(*storage); });
  const std::vector<SpreadBaseline> found = spread_baselines(*storage, view, {});
  const auto kinds = [](const std::vector<SpreadBaseline>& baselines) {
    std::string text;
    for (const SpreadBaseline& b : baselines) text += fmt::format("{} ", name_of(b.kind));
    return text;
  };
  EXPECT_EQ(kinds(found),
            best_length(view) ? "default best_length by_hand tuned " : "default by_hand tuned ");
  EXPECT_TRUE(found.front().settings.empty());
  EXPECT_EQ(found.back().settings, summarize(*storage, study.id, true).best->settings);
  const SpreadBaseline winner{BaselineKind::tuned, "trial 3, the confirmed winner", {{"momentum", "0.8"}}};
  EXPECT_EQ(spread_baselines(*storage, view, winner).back(), winner);
}

}  // namespace
}  // namespace tailor
