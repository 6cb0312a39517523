// Studies and trials as tables, CSV and JSON, from rows made by hand: ours, Optuna's, unfinished ones, odd
// numbers and names.
#include "tailor/report/study_listing.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

using Json = nlohmann::json;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr double inf = std::numeric_limits<double>::infinity();

TrialParam param(std::string name, Distribution distribution, double value) {
  return {std::make_shared<ParamDefinition>(ParamDefinition{std::move(name), std::move(distribution)}),
          value};
}

Distribution real(double low, double high) {
  return {.kind = Distribution::Kind::real, .low = low, .high = high};
}
Distribution optimizers() {
  return {.kind = Distribution::Kind::categorical, .choices = {std::string("sgd"), std::string("a,\"b\"")}};
}

TrialRecord trial(std::int64_t number, TrialState state, std::vector<double> values) {
  TrialRecord record;
  record.number = number;
  record.state = state;
  record.values = std::move(values);
  return record;
}

StudyRecord study(Direction direction = Direction::maximize) {
  StudyRecord record;
  record.name = "first";
  record.directions = {direction};
  return record;
}

std::vector<TrialRecord> some_trials() {
  std::vector<TrialRecord> trials{trial(0, TrialState::complete, {0.5}), trial(1, TrialState::pruned, {0.9}),
                                  trial(2, TrialState::complete, {0.75}), trial(3, TrialState::failed, {}),
                                  trial(4, TrialState::complete, {0.75})};
  trials[0].params = {param("learning_rate", real(0, 1), 0.1), param("optimizer", optimizers(), 1)};
  trials[2].params = {param("learning_rate", real(0, 1), 0.123456)};
  trials[2].intermediate_values = {{1, 0.5}, {2, 0.75}};
  return trials;
}

TEST(StudyListing, BestIsTheFirstCompleteTrialWithTheBestValue) {
  const std::vector<TrialRecord> trials = some_trials();
  EXPECT_EQ(best_trial(study(), trials)->number, 2);
  EXPECT_EQ(best_trial(study(Direction::minimize), trials)->number, 0);
  EXPECT_EQ(best_trial(study(), std::span(trials).subspan(3, 1)), nullptr);
}

// A trial that was pruned at 0.9 has no result.
TEST(StudyListing, SortsByResultWithoutMovingEquals) {
  std::vector<TrialRecord> trials = some_trials();
  sort_by_value(study(), trials);
  std::vector<std::int64_t> numbers;
  for (const TrialRecord& t : trials) numbers.push_back(t.number);
  EXPECT_THAT(numbers, ::testing::ElementsAre(2, 4, 0, 1, 3));
}

TEST(StudyListing, ATrialOfOursThatMayGoOnIsPaused) {
  TrialRecord running = trial(0, TrialState::running, {});
  EXPECT_EQ(shown_state(running), "running");
  running.user_attributes[trial_key::state] = "\"paused\"";
  EXPECT_EQ(shown_state(running), "paused");
  running.state = TrialState::pruned;
  EXPECT_EQ(shown_state(running), "pruned");
}

TEST(StudyListing, CsvQuotesAndLeavesAbsentValuesEmpty) {
  EXPECT_EQ(trials_csv(study(), some_trials()),
            "number,state,value,started,finished,steps,last,param_learning_rate,param_optimizer\n"
            "0,complete,0.5,,,0,0.5,0.1,\"a,\"\"b\"\"\"\n"
            "1,pruned,,,,0,0.9,,\n"
            "2,complete,0.75,,,2,0.75,0.123456,\n"
            "3,failed,,,,0,,,\n"
            "4,complete,0.75,,,0,0.75,,\n");
}

TEST(StudyListing, JsonHasEverything) {
  std::vector<TrialRecord> trials = some_trials();
  trials[2].intermediate_values[3] = inf;
  trials[2].user_attributes["note"] = "{\"a\": [1]}";
  const Json json = Json::parse(trials_json(trials));
  ASSERT_EQ(json.size(), 5U);
  EXPECT_EQ(json[0]["params"]["optimizer"], "a,\"b\"");
  EXPECT_EQ(json[0]["started"], nullptr);
  EXPECT_EQ(json[2]["values"], Json::array({0.75}));
  EXPECT_EQ(json[2]["intermediate_values"]["2"], 0.75);
  EXPECT_EQ(json[2]["intermediate_values"]["3"], "Infinity");
  EXPECT_EQ(json[2]["user_attributes"]["note"]["a"][0], 1);
  EXPECT_EQ(json[3]["values"], Json::array());
  EXPECT_EQ(json[1]["values"], Json::array());  // pruned
  EXPECT_EQ(json[1]["last"], 0.9);
}

TEST(StudyListing, TablesFitEightyColumns) {
  std::vector<TrialRecord> trials = some_trials();
  for (int i = 0; i < 20; ++i)
    trials[0].params.push_back(param("a_parameter_" + std::to_string(i), real(0, 1), 0.123456789));
  StudyOverview listed = overview(study(), trials);
  listed.study.name = std::string(100, 'x');
  for (const std::string& table : {trials_table(trials), studies_table(std::span(&listed, 1))}) {
    std::size_t width = 0;
    for (const char c : table) {
      if (c == '\n') {
        EXPECT_LE(width, 80U) << table;
        width = 0;
      } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
        ++width;
      }
    }
  }
  EXPECT_THAT(studies_table(std::span(&listed, 1)), HasSubstr("0.75"));
  EXPECT_THAT(trials_table(trials), HasSubstr("learning_rate=0.1235"));
}

// A trial of ours that waits for its next epochs is "running" to Optuna.
TEST(StudyListing, AStudysPausedTrialsAreNotCalledRunning) {
  std::vector<TrialRecord> trials = some_trials();
  for (const char* state : {"\"paused\"", "\"paused\"", "\"running\""}) {
    trials.push_back(trial(static_cast<std::int64_t>(trials.size()), TrialState::running, {}));
    trials.back().user_attributes["tailor:state"] = state;
  }
  const StudyOverview listed = overview(study(), trials);
  EXPECT_THAT(studies_table(std::span(&listed, 1)), ContainsRegex("first +1 +0 +3 +1 +1 +2  0.75\n"));
  const Json json = Json::parse(studies_json(std::span(&listed, 1)));
  EXPECT_EQ(json[0]["trials"], (Json{{"running", 1},
                                     {"waiting", 0},
                                     {"complete", 3},
                                     {"pruned", 1},
                                     {"failed", 1},
                                     {"paused", 2},
                                     {"total", 8}}));
  EXPECT_EQ(json[0]["best_trial"]["number"], 2);
}

TEST(StudyListing, SaysWhatComputedTrialsWhereThatDiffers) {
  std::vector<TrialRecord> trials = some_trials();
  const Environment a{"0.1.0", "", "AVX-512", "a processor", "a host"},
      b{"0.1.0", "", "AVX2", "another", "a host"};
  const auto computed = [&](std::size_t i, const Provenance& by) {
    trials[i].user_attributes[trial_key::jobs] = "[]";
    if (!by.empty()) trials[i].user_attributes[trial_key::provenance] = to_json(by);
  };
  computed(0, {{a, 1}});
  computed(1, {{a, 1}});
  const std::string alike = trials_table(trials, study_provenance(trials));
  EXPECT_EQ(alike, trials_table(trials)) << "nothing is mixed";
  computed(2, {{a, 1}, {b, 2}});
  computed(3, {});
  const std::string mixed = trials_table(trials, study_provenance(trials));
  EXPECT_THAT(mixed, HasSubstr(" steps  on             parameters"));
  EXPECT_THAT(mixed, ContainsRegex("\n +0 complete +0.5 +0  AVX-512        learning"));
  EXPECT_THAT(mixed, ContainsRegex("\n +2 complete +0.75 +2  AVX-512, AVX2 +learning"));
  EXPECT_THAT(mixed, ContainsRegex("\n +3 failed +- +0  not recorded"));
  EXPECT_THAT(mixed, ContainsRegex("\n +4 complete +0.75 +0  - "));
  EXPECT_THAT(mixed,
              HasSubstr("The study was computed on several instruction sets, AVX-512 (3 trials) and AVX2"));
  EXPECT_THAT(mixed, HasSubstr("What computed 1 of the study's 4 trials is not recorded"));
  const Json json = Json::parse(trials_json(trials));
  EXPECT_EQ(json[2]["instruction_sets"], Json({"AVX-512", "AVX2"}));
  EXPECT_TRUE(json[3]["instruction_sets"].is_null());
  EXPECT_TRUE(json[4]["instruction_sets"].is_null());
}

}  // namespace
}  // namespace tailor
