#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/databases.h"

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class StudiesTest : public StorageTest {};
TAILOR_STORAGE_TESTS(StudiesTest);

TEST_P(StudiesTest, AreCreatedFoundAndListed) {
  const StudyId first = storage->create_study("digits", {Direction::minimize});
  const StudyId second = storage->create_study("größe 'x'", {Direction::maximize, Direction::minimize});
  EXPECT_EQ(storage->find_study("digits"), first);
  EXPECT_EQ(storage->find_study("größe 'x'"), second);
  EXPECT_EQ(storage->find_study("none"), std::nullopt);
  const StudyRecord study = storage->get_study(second);
  EXPECT_EQ(study.id, second);
  EXPECT_EQ(study.name, "größe 'x'");
  EXPECT_THAT(study.directions, ElementsAre(Direction::maximize, Direction::minimize));
  const std::vector<StudyRecord> all = storage->list_studies();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, first);
  EXPECT_THAT(all[0].directions, ElementsAre(Direction::minimize));
  EXPECT_EQ(all[1].name, "größe 'x'");
  EXPECT_THAT(query("SELECT direction FROM study_directions ORDER BY study_id, objective"),
              ElementsAre("MINIMIZE", "MAXIMIZE", "MINIMIZE"));
}

TEST_P(StudiesTest, NamesAreUniqueAndFit) {
  storage->create_study("digits", {Direction::minimize});
  try {
    storage->create_study("digits", {Direction::maximize});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("has a study 'digits' already"));
  }
  EXPECT_EQ(storage->list_studies().size(), 1u);
  EXPECT_THROW(storage->create_study("", {Direction::minimize}), Error);
  EXPECT_THROW(storage->create_study(std::string(513, 'x'), {Direction::minimize}), Error);
  EXPECT_THROW(storage->create_study("no direction", {}), Error);
  std::string umlauts;
  for (int i = 0; i < 512; ++i) umlauts += "ü";
  EXPECT_EQ(storage->find_study(umlauts), std::nullopt);
  storage->create_study(umlauts, {Direction::minimize});
  EXPECT_NE(storage->find_study(umlauts), std::nullopt);
}

TEST_P(StudiesTest, AttributesAreReplaced) {
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  storage->set_user_attribute(study, "tailor:seed", "7");
  storage->set_user_attribute(study, "tailor:seed", "8");
  storage->set_user_attribute(study, "note", R"({"text": "größer als 'x' \" \\ \u00fc"})");
  storage->set_system_attribute(study, "study:metric_names", R"(["val_error"])");
  const StudyRecord record = storage->get_study(study);
  EXPECT_THAT(record.user_attributes, ElementsAre(Pair("note", R"({"text": "größer als 'x' \" \\ \u00fc"})"),
                                                  Pair("tailor:seed", "8")));
  EXPECT_THAT(record.system_attributes, ElementsAre(Pair("study:metric_names", R"(["val_error"])")));
}

TEST_P(StudiesTest, AttributesAreJsonUnderKeysThatFit) {
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  for (const char* wrong : {"", "adam", "{", "[1,]", "\"\xff\"", "NaN"}) {
    EXPECT_THROW(storage->set_user_attribute(study, "key", wrong), Error) << wrong;
  }
  EXPECT_THROW(storage->set_user_attribute(study, "", "1"), Error);
  EXPECT_THROW(storage->set_user_attribute(study, std::string(513, 'k'), "1"), Error);
  EXPECT_THROW(storage->set_user_attribute(StudyId{99}, "key", "1"), Error);
  EXPECT_TRUE(storage->get_study(study).user_attributes.empty());
}

TEST_P(StudiesTest, TrialsAreCountedByState) {
  const StudyId study = storage->create_study("digits", {Direction::minimize});
  storage->create_trial(storage->create_study("other", {Direction::minimize}));
  storage->create_trial(study);
  storage->create_trial(study, {.state = TrialState::waiting});
  storage->create_trial(study, {.state = TrialState::waiting});
  storage->create_trial(study, {.state = TrialState::complete, .values = {0.5}});
  storage->create_trial(study, {.state = TrialState::pruned});
  storage->create_trial(study, {.state = TrialState::failed});
  const TrialCounts counts = storage->count_trials(study);
  EXPECT_EQ(counts.running, 1);
  EXPECT_EQ(counts.waiting, 2);
  EXPECT_EQ(counts.complete, 1);
  EXPECT_EQ(counts.pruned, 1);
  EXPECT_EQ(counts.failed, 1);
  EXPECT_EQ(counts.total(), 6);
}

TEST_P(StudiesTest, AreDeletedWithAllThatBelongsToThem) {
  const auto fill = [&](const char* name) {
    const StudyId study = storage->create_study(name, {Direction::minimize});
    storage->set_user_attribute(study, "u", "1");
    storage->set_system_attribute(study, "s", "1");
    const TrialId trial = storage
                              ->create_trial(study, {.params = {learning_rate(0.01)},
                                                     .intermediate_values = {{1, 0.5}},
                                                     .user_attributes = {{"u", "1"}},
                                                     .system_attributes = {{"s", "1"}}})
                              .id;
    storage->finish_trial(trial, TrialState::complete, {0.25});
    return study;
  };
  const StudyId kept = fill("kept"), deleted = fill("deleted");
  storage->delete_study(deleted);
  for (const char* table : {"studies", "study_directions", "study_user_attributes", "study_system_attributes",
                            "trials", "trial_user_attributes", "trial_system_attributes", "trial_params",
                            "trial_values", "trial_intermediate_values"}) {
    // Rows of attributes without a trial are marks of sessions with PostgreSQL, see postgresql_database.cc.
    const std::string of_trial =
        std::string(table) == "trial_system_attributes" ? " WHERE trial_id IS NOT NULL" : "";
    EXPECT_THAT(query(fmt::format("SELECT COUNT(*) FROM {}{}", table, of_trial)), ElementsAre("1")) << table;
  }
  EXPECT_EQ(storage->get_study(kept).name, "kept");
  EXPECT_THROW(storage->get_study(deleted), Error);
  EXPECT_THROW(storage->delete_study(deleted), Error);
  EXPECT_THROW(storage->create_trial(deleted), Error);
  // SQLite may give the next study the same id.
  const StudyId next = storage->create_study("next", {Direction::minimize});
  EXPECT_EQ(storage->create_trial(next).number, 0);
}

}  // namespace
}  // namespace tailor
