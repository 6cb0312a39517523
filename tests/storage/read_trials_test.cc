#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/databases.h"

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReadTrialsTest : public StorageTest {
 protected:
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  const StudyId other = storage->create_study("other", {Direction::minimize});

  static std::vector<std::int64_t> numbers(const std::vector<TrialRecord>& trials) {
    std::vector<std::int64_t> result;
    for (const TrialRecord& trial : trials) result.push_back(trial.number);
    return result;
  }
  TrialId complete(StudyId s, double value) {
    return storage
        ->create_trial(s,
                       {.state = TrialState::complete, .values = {value}, .params = {learning_rate(value)}})
        .id;
  }
};
TAILOR_STORAGE_TESTS(ReadTrialsTest);

TEST_P(ReadTrialsTest, AllOfOneStudyInOrder) {
  complete(study, 0.01);
  complete(other, 0.02);
  storage->create_trial(study, {.state = TrialState::waiting});
  complete(study, 0.03);
  const std::vector<TrialRecord> trials = storage->get_trials(study);
  EXPECT_THAT(numbers(trials), ElementsAre(0, 1, 2));
  EXPECT_THAT(trials[0].values, ElementsAre(0.01));
  EXPECT_THAT(trials[1].values, IsEmpty());
  EXPECT_EQ(trials[2].param("learning_rate")->value, 0.03);
  EXPECT_THAT(storage->get_trials(StudyId{99}), IsEmpty());
}

TEST_P(ReadTrialsTest, EqualDefinitionsAreShared) {
  complete(study, 0.01);
  complete(study, 0.02);
  const std::vector<TrialRecord> first = open()->get_trials(study);
  EXPECT_EQ(first[0].params[0].definition, first[1].params[0].definition);
  // Across calls too, and not between different ranges.
  const TrialParam wider = make_param("learning_rate", {.low = 1e-9, .high = 1, .log = true}, 0.5);
  storage->create_trial(study, {.params = {wider}});
  const std::vector<TrialRecord> again = storage->get_trials(study), later = storage->get_trials(study);
  EXPECT_EQ(again[0].params[0].definition, later[1].params[0].definition);
  EXPECT_NE(again[0].params[0].definition, again[2].params[0].definition);
  EXPECT_EQ(again[2].params[0].distribution(), wider.distribution());
}

TEST_P(ReadTrialsTest, ChangesOnly) {
  TrialCursor cursor;
  EXPECT_THAT(storage->get_changed_trials(study, cursor), IsEmpty());
  complete(study, 0.1);
  const TrialId running = storage->create_trial(study).id;
  const TrialId waiting = storage->create_trial(study, {.state = TrialState::waiting}).id;
  complete(other, 0.2);
  EXPECT_THAT(numbers(storage->get_changed_trials(study, cursor)), ElementsAre(0, 1, 2));
  complete(study, 0.3);
  EXPECT_THAT(numbers(storage->get_changed_trials(study, cursor)), ElementsAre(1, 2, 3));
  storage->set_params(running, {learning_rate(0.05)});
  storage->finish_trial(running, TrialState::complete, {0.5});
  const auto changed = storage->get_changed_trials(study, cursor);
  EXPECT_THAT(numbers(changed), ElementsAre(1, 2));
  EXPECT_THAT(changed[0].values, ElementsAre(0.5));
  EXPECT_EQ(changed[0].param("learning_rate")->value, 0.05);
  storage->finish_trial(waiting, TrialState::failed);
  EXPECT_THAT(numbers(storage->get_changed_trials(study, cursor)), ElementsAre(2));
  EXPECT_THAT(storage->get_changed_trials(study, cursor), IsEmpty());
  EXPECT_THAT(cursor.unfinished, IsEmpty());
}

TEST_P(ReadTrialsTest, OfStudiesThatAreInterwoven) {
  // Ids of `study` are far apart, so that they are read by lists; those of `other` are close.
  storage->transaction([&] {
    for (int i = 0; i < 120; ++i) complete(i % 10 == 0 ? study : other, 0.001 * (i + 1));
  });
  const std::vector<TrialRecord> few = storage->get_trials(study), many = storage->get_trials(other);
  ASSERT_EQ(few.size(), 12u);
  ASSERT_EQ(many.size(), 108u);
  for (const auto& trials : {few, many}) {
    for (const TrialRecord& trial : trials) {
      ASSERT_EQ(trial.params.size(), 1u);
      ASSERT_EQ(trial.values.size(), 1u);
      EXPECT_EQ(trial.params[0].value, trial.values[0]);
    }
  }
  EXPECT_EQ(few[3].values[0], 0.001 * 31);
}

TEST_P(ReadTrialsTest, DamagedRowsAreBadInput) {
  complete(study, 0.1);
  query("UPDATE trial_params SET distribution_json = '{}'");
  try {
    open()->get_trials(study);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("parameter 'learning_rate'"));
  }
}

}  // namespace
}  // namespace tailor
