// Many worker processes on one database: nothing is lost, nothing repeated, nobody sees a lock.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/databases.h"

namespace tailor {
namespace {

class ProcessesTest : public StorageTest {
 protected:
  const StudyId study = storage->create_study("digits", {Direction::minimize});
};
TAILOR_STORAGE_TESTS(ProcessesTest);

TEST_P(ProcessesTest, AskAndTell) {
  const int processes = GetParam() == Backend::sqlite ? 16 : long_form() ? 64 : 8;
  const int each = long_form() ? 100 : 15;
  run_processes(processes, [&](int worker) {
    const auto mine = open();
    TrialCursor cursor;
    for (int i = 0; i < each; ++i) {
      const double value = worker * 1000 + i;
      const CreatedTrial trial =
          mine->create_trial(study, {.params = {batch_size(16 + i), learning_rate(0.01)}});
      mine->record_heartbeat(std::to_string(worker));
      mine->set_intermediate_value(trial.id, 1, value);
      mine->set_user_attribute(trial.id, "worker", std::to_string(worker));
      mine->finish_trial(trial.id, TrialState::complete, {value});
      mine->get_changed_trials(study, cursor);
    }
  });
  const auto trials = storage->get_trials(study);
  ASSERT_EQ(trials.size(), static_cast<std::size_t>(processes * each));
  std::set<double> values;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i].number, static_cast<std::int64_t>(i));
    EXPECT_EQ(trials[i].state, TrialState::complete);
    EXPECT_EQ(trials[i].params.size(), 2u);
    ASSERT_EQ(trials[i].values.size(), 1u);
    EXPECT_EQ(trials[i].intermediate_values.at(1), trials[i].values[0]);
    EXPECT_TRUE(values.insert(trials[i].values[0]).second)
        << "value " << trials[i].values[0] << " is repeated";
  }
}

TEST_P(ProcessesTest, WaitingTrialsAreClaimedOnce) {
  constexpr int waiting = 60;
  std::vector<TrialId> trials;
  storage->transaction([&] {
    trials.clear();
    for (int i = 0; i < waiting; ++i)
      trials.push_back(storage->create_trial(study, {.state = TrialState::waiting}).id);
  });
  run_processes(8, [&](int worker) {
    const auto mine = open();
    for (const TrialId trial : trials) {
      if (!mine->claim_trial(trial)) continue;
      mine->set_user_attribute(
          study,
          "claimed by " + std::to_string(worker) + ": " + std::to_string(static_cast<std::int64_t>(trial)),
          "1");
      mine->finish_trial(trial, TrialState::complete, {1.0 * worker});
    }
  });
  EXPECT_EQ(storage->count_trials(study).complete, waiting);
  EXPECT_EQ(storage->get_study(study).user_attributes.size(), static_cast<std::size_t>(waiting));
}

TEST_P(ProcessesTest, CursorsMissNothing) {
  // Two readers follow while others write; in the end each has what the database has.
  constexpr int writers = 4, each = 20;
  run_processes(writers + 2, [&](int worker) {
    const auto mine = open();
    if (worker < writers) {
      for (int i = 0; i < each; ++i) {
        mine->finish_trial(mine->create_trial(study).id, TrialState::complete, {1.0 * i});
      }
      return;
    }
    TrialCursor cursor;
    std::map<TrialId, TrialRecord> seen;
    int complete = 0;
    while (complete < writers * each) {
      for (TrialRecord& trial : mine->get_changed_trials(study, cursor)) {
        complete += trial.state == TrialState::complete;
        EXPECT_EQ(trial.values.size(), trial.state == TrialState::complete ? 1u : 0u);
        seen.insert_or_assign(trial.id, std::move(trial));
      }
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(writers * each));
  });
}

}  // namespace
}  // namespace tailor
