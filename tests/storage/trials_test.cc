#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/databases.h"

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

class TrialsTest : public StorageTest {
 protected:
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  // Most tests should see the numbers of one study untouched by another.
  const StudyId other = storage->create_study("other", {Direction::maximize, Direction::minimize});

  TrialRecord record(TrialId trial) { return open()->get_trial(trial); }
};
TAILOR_STORAGE_TESTS(TrialsTest);

TEST_P(TrialsTest, AreNumberedWithinTheirStudy) {
  const CreatedTrial first = storage->create_trial(study);
  const CreatedTrial strange = storage->create_trial(other);
  const CreatedTrial second = storage->create_trial(study);
  EXPECT_EQ(first.number, 0);
  EXPECT_EQ(strange.number, 0);
  EXPECT_EQ(second.number, 1);
  EXPECT_GT(second.id, strange.id);
  // Another connection counts them all, and both go on from what the other did.
  EXPECT_EQ(open()->create_trial(study).number, 2);
  EXPECT_EQ(storage->create_trial(study).number, 3);
  EXPECT_EQ(storage->find_trial(study, 1), second.id);
  EXPECT_EQ(storage->find_trial(study, 9), std::nullopt);
}

TEST_P(TrialsTest, StartWithAllThatIsGiven) {
  const Timestamp before = current_time();
  const CreatedTrial created =
      storage->create_trial(study, {.params = {optimizer(1), learning_rate(0.1 + 0.2), batch_size(64)},
                                    .intermediate_values = {{3, 0.5}, {1, 0.75}},
                                    .user_attributes = {{"host", "\"a\""}},
                                    .system_attributes = {{"fixed_params", "{}"}}});
  const TrialRecord trial = record(created.id);
  EXPECT_EQ(trial.id, created.id);
  EXPECT_EQ(trial.number, created.number);
  EXPECT_EQ(trial.state, TrialState::running);
  ASSERT_EQ(trial.params.size(), 3u);
  EXPECT_EQ(trial.params[0].name(), "batch_size");
  EXPECT_EQ(trial.params[1].name(), "learning_rate");
  EXPECT_EQ(trial.params[2].name(), "optimizer");
  EXPECT_EQ(trial.params[1].value, 0.1 + 0.2);
  EXPECT_EQ(trial.params[1].distribution(), learning_rate(0).distribution());
  EXPECT_EQ(trial.params[2].distribution(), optimizer(0).distribution());
  ASSERT_NE(trial.param("batch_size"), nullptr);
  EXPECT_EQ(trial.param("batch_size")->value, 64);
  EXPECT_EQ(trial.param("momentum"), nullptr);
  EXPECT_THAT(trial.intermediate_values, ElementsAre(Pair(1, 0.75), Pair(3, 0.5)));
  EXPECT_THAT(trial.user_attributes, ElementsAre(Pair("host", "\"a\"")));
  EXPECT_THAT(trial.system_attributes, ElementsAre(Pair("fixed_params", "{}")));
  EXPECT_THAT(trial.values, IsEmpty());
  ASSERT_TRUE(trial.started);
  EXPECT_GE(*trial.started, before);
  EXPECT_LE(*trial.started, current_time());
  EXPECT_FALSE(trial.finished);
}

TEST_P(TrialsTest, TimesHaveSixDigits) {
  storage->create_trial(study, {.state = TrialState::failed});
  if (GetParam() != Backend::sqlite) return;
  EXPECT_THAT(query("SELECT LENGTH(datetime_start), LENGTH(datetime_complete) FROM trials"),
              ElementsAre("26|26"));
}

TEST_P(TrialsTest, AreClaimedOnce) {
  const TrialId trial = storage->create_trial(study, {.state = TrialState::waiting}).id;
  EXPECT_FALSE(record(trial).started);
  EXPECT_TRUE(storage->claim_trial(trial));
  EXPECT_FALSE(storage->claim_trial(trial));
  EXPECT_FALSE(open()->claim_trial(trial));
  EXPECT_EQ(record(trial).state, TrialState::running);
  EXPECT_TRUE(record(trial).started);
  EXPECT_FALSE(storage->claim_trial(TrialId{999}));
}

TEST_P(TrialsTest, ParametersAreSetAndReplaced) {
  const TrialId trial = storage->create_trial(study).id;
  storage->set_params(trial, {learning_rate(0.01), optimizer(0)});
  storage->set_params(trial, {learning_rate(0.02)});
  EXPECT_EQ(record(trial).param("learning_rate")->value, 0.02);
  EXPECT_EQ(record(trial).params.size(), 2u);
  EXPECT_THAT(
      query("SELECT distribution_json FROM trial_params WHERE param_name = 'learning_rate'"),
      ElementsAre(
          R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}})"));
  EXPECT_THROW(storage->set_params(trial, {learning_rate(nan)}), Error);
  EXPECT_THROW(storage->set_params(TrialId{999}, {learning_rate(0.1)}), Error);
}

TEST_P(TrialsTest, ManyParametersFit) {
  std::vector<TrialParam> params;
  for (int i = 0; i < 120; ++i)
    params.push_back(make_param("p" + std::to_string(1000 + i), {.low = 0, .high = 200}, i));
  const TrialRecord trial = record(storage->create_trial(study, {.params = params}).id);
  ASSERT_EQ(trial.params.size(), params.size());
  for (std::size_t i = 0; i < params.size(); ++i) EXPECT_EQ(trial.params[i].value, static_cast<double>(i));
}

TEST_P(TrialsTest, ParametersKeepTheirKindWithinAStudy) {
  storage->create_trial(study, {.params = {learning_rate(0.01)}});
  const TrialParam linear = make_param("learning_rate", {.low = 0, .high = 0.1}, 0.01);
  const TrialParam wider = make_param("learning_rate", {.low = 1e-9, .high = 1, .log = true}, 0.5);
  const auto fresh = open();  // which has not seen the first trial
  for (Storage* s : {storage.get(), fresh.get()}) {
    try {
      s->create_trial(study, {.params = {linear}});
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(),
                  HasSubstr("'learning_rate' cannot change within a study: it was logarithmic"));
    }
    s->create_trial(study, {.params = {wider}});
  }
  storage->create_trial(other, {.params = {linear}});
  EXPECT_EQ(storage->count_trials(study).total(), 3);
}

TEST_P(TrialsTest, IntermediateValuesMayBeAnything) {
  const TrialId trial = storage->create_trial(study).id;
  storage->set_intermediate_value(trial, 1, 0.5);
  storage->set_intermediate_value(trial, 1, 0.25);
  storage->set_intermediate_value(trial, 2, nan);
  storage->set_intermediate_value(trial, 3, infinity);
  storage->set_intermediate_value(trial, 4, -infinity);
  const auto values = record(trial).intermediate_values;
  EXPECT_EQ(values.size(), 4u);
  EXPECT_EQ(values.at(1), 0.25);
  EXPECT_TRUE(std::isnan(values.at(2)));
  EXPECT_EQ(values.at(3), infinity);
  EXPECT_EQ(values.at(4), -infinity);
  EXPECT_THAT(query("SELECT step, intermediate_value, intermediate_value_type FROM trial_intermediate_values "
                    "ORDER BY step"),
              ElementsAre("1|0.25|FINITE", "2|NULL|NAN", "3|NULL|INF_POS", "4|NULL|INF_NEG"));
}

TEST_P(TrialsTest, AttributesAreReplaced) {
  const TrialId trial = storage->create_trial(study).id;
  storage->set_user_attribute(trial, "images_per_second", "5000");
  storage->set_user_attribute(trial, "images_per_second", "6000.5");
  storage->set_system_attribute(trial, "completed_rung_0", "0.5");
  EXPECT_THAT(record(trial).user_attributes, ElementsAre(Pair("images_per_second", "6000.5")));
  EXPECT_THAT(record(trial).system_attributes, ElementsAre(Pair("completed_rung_0", "0.5")));
  EXPECT_THROW(storage->set_user_attribute(trial, "k", "not json"), Error);
  EXPECT_THROW(storage->set_system_attribute(TrialId{999}, "k", "1"), Error);
}

TEST_P(TrialsTest, EndWithTheirValues) {
  const TrialId complete = storage->create_trial(study).id;
  storage->finish_trial(complete, TrialState::complete, {0.125});
  const TrialRecord trial = record(complete);
  EXPECT_EQ(trial.state, TrialState::complete);
  EXPECT_THAT(trial.values, ElementsAre(0.125));
  ASSERT_TRUE(trial.finished);
  EXPECT_GE(*trial.finished, *trial.started);

  const TrialId pruned = storage->create_trial(study).id, bare = storage->create_trial(study).id;
  storage->finish_trial(pruned, TrialState::pruned, {-infinity});
  storage->finish_trial(bare, TrialState::pruned);
  EXPECT_THAT(record(pruned).values, ElementsAre(-infinity));
  EXPECT_THAT(record(bare).values, IsEmpty());

  const TrialId both = storage->create_trial(other).id;
  storage->finish_trial(both, TrialState::complete, {1, infinity});
  EXPECT_THAT(record(both).values, ElementsAre(1, infinity));
  EXPECT_THAT(query("SELECT state FROM trials ORDER BY trial_id"),
              ElementsAre("COMPLETE", "PRUNED", "PRUNED", "COMPLETE"));
}

TEST_P(TrialsTest, ValuesMustFitTheState) {
  const TrialId trial = storage->create_trial(study).id;
  EXPECT_THROW(storage->finish_trial(trial, TrialState::complete), Error);
  EXPECT_THROW(storage->finish_trial(trial, TrialState::complete, {1, 2}), Error);
  EXPECT_THROW(storage->finish_trial(trial, TrialState::complete, {nan}), Error);
  EXPECT_THROW(storage->finish_trial(trial, TrialState::pruned, {nan}), Error);
  EXPECT_THROW(storage->finish_trial(trial, TrialState::failed, {1}), Error);
  EXPECT_THROW(storage->finish_trial(trial, TrialState::running), Error);
  EXPECT_THROW(storage->create_trial(study, {.values = {1}}), Error);
  EXPECT_EQ(record(trial).state, TrialState::running);
  EXPECT_THAT(query("SELECT * FROM trial_values"), IsEmpty());
  EXPECT_EQ(storage->count_trials(study).total(), 1);
}

TEST_P(TrialsTest, AreImmutableOnceFinished) {
  for (const TrialState state : {TrialState::complete, TrialState::pruned, TrialState::failed}) {
    const TrialId trial = storage->create_trial(study, {.params = {learning_rate(0.01)}}).id;
    storage->finish_trial(trial, state,
                          state == TrialState::complete ? std::vector{0.5} : std::vector<double>());
    EXPECT_THROW(storage->set_params(trial, {learning_rate(0.02)}), FinishedTrialError);
    EXPECT_THROW(storage->set_intermediate_value(trial, 1, 0.5), FinishedTrialError);
    EXPECT_THROW(storage->set_user_attribute(trial, "k", "1"), FinishedTrialError);
    EXPECT_THROW(storage->set_system_attribute(trial, "k", "1"), FinishedTrialError);
    EXPECT_THROW(storage->finish_trial(trial, TrialState::complete, {1}), FinishedTrialError);
    EXPECT_THROW(storage->finish_trial(trial, TrialState::failed), FinishedTrialError);
    EXPECT_FALSE(storage->claim_trial(trial));
    const TrialRecord after = record(trial);
    EXPECT_EQ(after.state, state);
    EXPECT_EQ(after.params.at(0).value, 0.01);
    EXPECT_THAT(after.user_attributes, IsEmpty());
  }
}

}  // namespace
}  // namespace tailor
