#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/databases.h"

namespace tailor {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class HeartbeatsTest : public StorageTest {
 protected:
  const StudyId study = storage->create_study("digits", {Direction::minimize});
};
TAILOR_STORAGE_TESTS(HeartbeatsTest);

TEST_P(HeartbeatsTest, OnlyOldOnesOfRunningTrialsAreStale) {
  const TrialId silent = storage->create_trial(study).id, alive = storage->create_trial(study).id;
  const TrialId dead = storage->create_trial(study).id, done = storage->create_trial(study).id;
  const TrialId elsewhere = storage->create_trial(storage->create_study("other", {Direction::minimize})).id;
  for (const TrialId trial : {alive, dead, done, elsewhere}) storage->record_heartbeat(trial);
  for (const TrialId trial : {dead, done, elsewhere}) age_heartbeat(trial, 100);
  age_heartbeat(alive, 20);
  storage->finish_trial(done, TrialState::complete, {1});
  EXPECT_THAT(storage->find_stale_trials(study, 60s), ElementsAre(dead));
  EXPECT_THAT(storage->find_stale_trials(study, 10s), ElementsAre(alive, dead));
  EXPECT_THAT(storage->find_stale_trials(study, 1000s), IsEmpty());
  storage->record_heartbeat(dead);
  EXPECT_THAT(storage->find_stale_trials(study, 60s), IsEmpty());
  EXPECT_EQ(storage->get_trial(silent).state, TrialState::running);
}

TEST_P(HeartbeatsTest, StaleTrialsAreRetriedAsOptunaDoes) {
  storage->create_trial(study);
  const CreatedTrial trial = storage->create_trial(study, {.params = {learning_rate(0.01), optimizer(1)},
                                                           .intermediate_values = {{1, 0.5}},
                                                           .user_attributes = {{"u", "1"}},
                                                           .system_attributes = {{"s", "\"x\""}}});
  storage->record_heartbeat(trial.id);
  age_heartbeat(trial.id, 100);
  const std::vector<StaleTrial> stale = storage->fail_stale_trials(study, 60s, 3);
  ASSERT_EQ(stale.size(), 1u);
  EXPECT_EQ(stale[0].failed.id, trial.id);
  EXPECT_EQ(stale[0].failed.state, TrialState::failed);
  EXPECT_EQ(storage->get_trial(trial.id).state, TrialState::failed);
  EXPECT_TRUE(storage->get_trial(trial.id).finished);
  ASSERT_TRUE(stale[0].retry);
  EXPECT_EQ(stale[0].retry->number, 2);
  const TrialRecord copy = storage->get_trial(stale[0].retry->id);
  EXPECT_EQ(copy.state, TrialState::waiting);
  EXPECT_EQ(copy.params.size(), 2u);
  EXPECT_EQ(copy.param("learning_rate")->value, 0.01);
  EXPECT_THAT(copy.intermediate_values, ElementsAre(Pair(1, 0.5)));
  EXPECT_THAT(copy.user_attributes, ElementsAre(Pair("u", "1")));
  EXPECT_THAT(copy.system_attributes, UnorderedElementsAre(Pair("failed_trial", "1"),
                                                           Pair("retry_history", "[1]"), Pair("s", "\"x\"")));
  EXPECT_THAT(storage->fail_stale_trials(study, 60s, 3), IsEmpty());
}

TEST_P(HeartbeatsTest, RetriesEnd) {
  TrialId current = storage->create_trial(study).id;
  for (int retry = 1; retry <= 2; ++retry) {
    const auto stale = storage->fail_and_retry(current, 2);
    ASSERT_TRUE(stale && stale->retry);
    current = stale->retry->id;
    EXPECT_EQ(storage->fail_and_retry(current, 2), std::nullopt) << "a waiting trial has no worker to lose";
    EXPECT_TRUE(storage->claim_trial(current));
  }
  EXPECT_THAT(storage->get_trial(current).system_attributes,
              UnorderedElementsAre(Pair("failed_trial", "0"), Pair("retry_history", "[0, 1]")));
  const auto last = storage->fail_and_retry(current, 2);
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->retry);
  EXPECT_EQ(storage->count_trials(study).failed, 3);
  EXPECT_EQ(storage->count_trials(study).total(), 3);
}

TEST_P(HeartbeatsTest, AreFailedOnceByManyProcesses) {
  constexpr int trials = 20;
  for (int i = 0; i < trials; ++i) {
    const TrialId trial = storage->create_trial(study).id;
    storage->record_heartbeat(trial);
    age_heartbeat(trial, 100);
  }
  run_processes(6, [&](int) {
    const auto mine = open();
    for (const StaleTrial& stale : mine->fail_stale_trials(study, 60s, 1)) {
      mine->set_user_attribute(study, "reaped:" + std::to_string(stale.failed.number), "1");
    }
  });
  EXPECT_EQ(storage->count_trials(study).failed, trials);
  EXPECT_EQ(storage->count_trials(study).waiting, trials);
  EXPECT_EQ(storage->get_study(study).user_attributes.size(), static_cast<std::size_t>(trials));
}

}  // namespace
}  // namespace tailor
