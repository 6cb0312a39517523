// Several operations as one.
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/databases.h"

namespace tailor {
namespace {

class TransactionTest : public StorageTest {
 protected:
  const StudyId study = storage->create_study("digits", {Direction::minimize});
};
TAILOR_STORAGE_TESTS(TransactionTest);

TEST_P(TransactionTest, KeepsAllOrNothing) {
  const TrialId trial = storage->create_trial(study).id;
  const auto report_and_ask = [&] {
    storage->lock_study(study);
    storage->finish_trial(trial, TrialState::complete, {0.5});
    storage->create_trial(study, {.params = {learning_rate(0.01)}});
  };
  EXPECT_THROW(storage->transaction([&] {
    report_and_ask();
    EXPECT_EQ(storage->get_trial(trial).state, TrialState::complete) << "its own reads see what it wrote";
    EXPECT_EQ(open()->get_trial(trial).state, TrialState::running) << "others' do not yet";
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(storage->get_trial(trial).state, TrialState::running);
  EXPECT_EQ(storage->count_trials(study).total(), 1);
  storage->transaction(report_and_ask);
  EXPECT_EQ(storage->get_trial(trial).state, TrialState::complete);
  EXPECT_EQ(storage->get_trials(study).at(1).number, 1);
}

TEST_P(TransactionTest, RefusalsWithinItCanBeCaught) {
  const TrialId trial = storage->create_trial(study, {.state = TrialState::failed}).id;
  storage->transaction([&] {
    EXPECT_THROW(storage->set_user_attribute(trial, "k", "1"), FinishedTrialError);
    EXPECT_THROW(storage->create_study("digits", {Direction::minimize}), Error);
    storage->create_trial(study);
  });
  EXPECT_EQ(storage->count_trials(study).total(), 2);
}

TEST_P(TransactionTest, JoinsTheOuterOne) {
  EXPECT_THROW(storage->transaction([&] {
    storage->transaction([&] { storage->create_trial(study); });
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(storage->count_trials(study).total(), 0);
  EXPECT_EQ(storage->create_trial(study).number, 0) << "numbers of what was undone are given again";
}

TEST_P(TransactionTest, ThreadsMayShareAStorage) {
  constexpr int threads = 4, each = 25;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        storage->transaction(
            [&] { storage->finish_trial(storage->create_trial(study).id, TrialState::failed); });
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  const auto trials = storage->get_trials(study);
  ASSERT_EQ(trials.size(), static_cast<std::size_t>(threads * each));
  for (std::size_t i = 0; i < trials.size(); ++i) EXPECT_EQ(trials[i].number, static_cast<std::int64_t>(i));
}

}  // namespace
}  // namespace tailor
