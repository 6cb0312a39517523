#include "tailor/tune/study/study_provenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tune/studies.h"

namespace tailor {
namespace {

using test::Formula;
using test::small_study;
using test::TestStudy;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const Environment a{"0.2.0", "0123456789ab", "AVX-512", "AMD EPYC", "node1"},
    b{"0.2.0", "0123456789ab", "AVX2", "Xeon", "node2"};

StudyDefinition pausing_study() {
  StudyDefinition d = small_study("sobol", "asha");
  d.budget.trials = 12;
  return d;
}

std::vector<TrialRecord> trials_of(const TestStudy& study) {
  return open_storage(study.url)->get_trials(study.id);
}

// Ends the session after so many epochs, so that trials are left that were begun.
void work_on(const TestStudy& study, const Environment& environment, int epochs) {
  Formula formula;
  study.run(formula, {.jobs = 1, .queue = {.environment = environment}},
            {.stop = [&] { return formula.epochs_run >= epochs; }});
}
constexpr int all = 1'000'000;

TEST(StudyProvenance, EveryTrialKeepsWhoComputedItWhenItsJobsHaveEnded) {
  const TestStudy study(pausing_study());
  Formula formula;
  study.run(formula);
  for (const TrialRecord& trial : trials_of(study)) {
    ASSERT_TRUE(is_finished(trial.state));
    const Provenance p = provenance_of(trial);
    ASSERT_EQ(p.size(), 1u) << trial.number;
    EXPECT_EQ(p[0].environment, this_environment());
    EXPECT_EQ(p[0].from, 1);
    ASSERT_EQ(p[0].workers.size(), 1u);
    EXPECT_THAT(p[0].workers[0], testing::StartsWith(std::to_string(::getpid()) + ":"));
  }
  const StudyProvenance whole = study_provenance(trials_of(study));
  EXPECT_EQ(whole.trials, 12);
  EXPECT_EQ(whole.not_recorded, 0);
  EXPECT_THAT(whole.instruction_sets, ElementsAre(Pair(this_environment().instruction_set, 12)));
  EXPECT_EQ(whole.builds.size(), 1u);
  EXPECT_THAT(whole.continued, IsEmpty());
}

TEST(StudyProvenance, ATrialThatWentOnElsewhereSaysSo) {
  const TestStudy study(pausing_study());
  work_on(study, a, 14);
  work_on(study, b, all);
  const StudyProvenance whole = study_provenance(trials_of(study));
  EXPECT_EQ(whole.trials, 12);
  ASSERT_EQ(whole.instruction_sets.size(), 2u);
  ASSERT_FALSE(whole.continued.empty());
  int only_a = 0, only_b = 0;
  for (const TrialRecord& trial : trials_of(study)) {
    const Provenance p = provenance_of(trial);
    only_a += p.size() == 1 && p[0].environment == a;
    only_b += p.size() == 1 && p[0].environment == b;
    if (p.size() == 1) continue;
    EXPECT_EQ(p[0].environment, a);
    EXPECT_EQ(p[1].environment, b);
    EXPECT_GT(p[1].from, 1);
    EXPECT_THAT(whole.continued, testing::Contains(static_cast<int>(trial.number)));
  }
  EXPECT_GT(only_a, 0);
  EXPECT_GT(only_b, 0);
  EXPECT_EQ(only_a + only_b + static_cast<int>(whole.continued.size()), 12);
  const TestStudy undisturbed(pausing_study());
  Formula formula;
  undisturbed.run(formula);
  EXPECT_EQ(study.content(), undisturbed.content()) << "what is recorded decides nothing";
}

TEST(StudyProvenance, OfTrialsThatAnEarlierVersionBeganIsAPartThatIsNotRecorded) {
  const TestStudy study(pausing_study());
  work_on(study, a, 14);
  const auto storage = open_storage(study.url);
  std::vector<int> paused;
  for (const TrialRecord& trial : storage->get_trials(study.id)) {
    if (is_finished(trial.state)) continue;
    storage->set_user_attribute(trial.id, trial_key::provenance, "null");
    paused.push_back(static_cast<int>(trial.number));
  }
  ASSERT_FALSE(paused.empty());
  EXPECT_EQ(study_provenance(storage->get_trials(study.id)).not_recorded, static_cast<int>(paused.size()));
  work_on(study, a, all);
  const StudyProvenance whole = study_provenance(storage->get_trials(study.id));
  EXPECT_EQ(whole.not_recorded, static_cast<int>(paused.size()));
  EXPECT_THAT(whole.instruction_sets, ElementsAre(Pair("AVX-512", testing::Ge(8))));
  EXPECT_THAT(whole.continued, IsEmpty());
}

TEST(StudyProvenance, TrialsOfOthersAndWaitingOnesHaveNone) {
  const TestStudy study(pausing_study());
  open_storage(study.url)->create_trial(study.id, {.state = TrialState::complete, .values = {0.5}});
  EXPECT_EQ(study_provenance(trials_of(study)).trials, 0);
  EXPECT_TRUE(study_provenance(trials_of(study)).groups.empty());
}

TEST(StudyProvenance, HostsAndKernelsAreGatheredBySameEnvironment) {
  TrialRecord trial;
  Environment elsewhere = a;
  elsewhere.host = "node9";
  trial.user_attributes = {
      {trial_key::jobs, "[]"},
      {trial_key::provenance, to_json({{a, 1, {"Winograd"}, {"1:x"}}, {elsewhere, 3, {"sgemm"}, {"2:y"}}})}};
  const StudyProvenance whole = study_provenance(std::vector{trial, trial});
  ASSERT_EQ(whole.groups.size(), 1u);
  EXPECT_EQ(whole.groups[0].trials, 2);
  EXPECT_THAT(whole.groups[0].hosts, ElementsAre("node1", "node9"));
  EXPECT_THAT(whole.groups[0].kernels, ElementsAre("Winograd", "sgemm"));
  EXPECT_THAT(whole.continued, IsEmpty());
}

}  // namespace
}  // namespace tailor
