#include "tailor/report/study_document.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "report/schema_check.h"
#include "tailor/report/document_json.h"
#include "tailor/report/measure_text.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

json schema() {
  std::ifstream file(std::filesystem::path(TAILOR_SOURCE_DIR) / "web/schema/study-document.schema.json");
  return json::parse(file);
}

StudyTable small_table(const std::string& sampler, const std::string& pruner, int trials) {
  StudyDefinition d = test::small_study(sampler, pruner);
  d.budget.trials = trials;
  const test::TestStudy study(d);
  test::Formula formula;
  formula.diverges_above = 0.7;
  study.run(formula);
  return read_study_table(*open_storage(study.url), study.id);
}

ConfirmationRun run(int seed, double value, bool final_run) {
  ConfirmationRun run{seed, value, final_run};
  for (int epoch = 1; epoch <= 3; ++epoch) {
    EpochMetrics m;
    m.epoch = epoch;
    m.validation = {.loss = 0.3, .accuracy = value - 0.01 * (3 - epoch), .count = 1000};
    m.train_sample = {.loss = 0.2, .accuracy = value + 0.01, .count = 500};
    run.history.push_back(m);
  }
  if (!final_run) return run;
  run.validation_metrics.emplace().fill({value, {value - 0.02, value + 0.01}});
  run.test_metrics.emplace().fill({value - 0.001, {value - 0.02, value + 0.01}});
  (*run.test_metrics)[static_cast<std::size_t>(Metric::auc)].value = std::nan("");
  run.test = Score{.loss = 0.28, .accuracy = value - 0.001, .count = 1000};
  for (int i = 0; i < 1000; ++i) run.test_right.push_back(i * 37 % 1000 < 1000 * run.test->accuracy);
  run.test_values.assign(run.test_right.begin(), run.test_right.end());
  for (int i = 0; i < 500; ++i) run.validation_right.push_back(i * 37 % 500 < 500 * (value + 0.019));
  return run;
}

ConfirmationTable confirmed() {
  ConfirmationTable c{.study = "s.confirm", .finished = true};
  c.candidates.resize(7);
  c.candidates[0] = {"default", {"default"}, 0, 0.91, {}, {}, {}};
  c.candidates[1] = {"trial 7",
                     {"leader", "claimed", "best_random"},
                     7,
                     0.96,
                     {{"learning_rate", "0.02"}, {"nesterov", "true"}},
                     {},
                     {}};
  c.candidates[2] = {"trial 1", {"one_epoch"}, 1, 0.8, {{"optimizer", "adam"}}, {run(1, 0.8, false)}, 3};
  c.candidates[3] = {"best length", {"best_length"}, {}, {}, {{"epochs", "3"}}, {}, 3};
  c.candidates[4] = {"by hand", {"by_hand"}, {}, {}, {{"flip", "0.5"}}, {}, 3};
  c.candidates[5] = {"random 1", {"random"}, {}, {}, {{"momentum", "0.5"}}, {run(9, 0.7, true)}, {}, false};
  c.candidates[6] = {"random 2", {"random"}, {}, {}, {{"momentum", "0.9"}}, {}, {}, false, 1};
  c.chance = 0.1;
  for (int s = 1; s <= 3; ++s) {
    c.candidates[0].runs.push_back(run(s, 0.91 + 0.001 * s, false));
    c.candidates[1].runs.push_back(run(s, 0.94 - 0.001 * s, false));
  }
  for (int s = 9; s <= 13; ++s) {
    c.candidates[0].runs.push_back(run(s, 0.91 + 0.001 * (s % 3), true));
    c.candidates[1].runs.push_back(run(s, 0.94 + 0.001 * (s % 2), true));
    c.candidates[3].runs.push_back(run(s, 0.913 + 0.001 * (s % 2), true));
    c.candidates[4].runs.push_back(run(s, 0.92 + 0.002 * (s % 2), true));
  }
  c.winner = 1;
  return c;
}

json document(const StudyTable& table, const ConfirmationTable* confirmation = nullptr,
              const DocumentErrors* errors = nullptr) {
  const Findings findings = find_all(table, confirmation, confirmation ? 1 : 0);
  StudyDocumentInput input{table, findings};
  input.confirmation = confirmation;
  input.errors = errors;
  if (confirmation)
    input.openings = {{"2026-01-01T00:00:00Z", "s.confirm", {"trial 7", "default"}, {9, 10}, "abc"}};
  return json::parse(study_document(input));
}

TEST(StudyDocument, FitsItsSchemaWhateverTheStudy) {
  test::SchemaCheck check(schema());
  for (const auto& [sampler, pruner, trials] :
       {std::tuple("sobol", "asha", 40), {"tpe", "none", 25}, {"random", "median", 12}, {"sobol", "none", 1}})
    EXPECT_THAT(check.faults(document(small_table(sampler, pruner, trials))), IsEmpty()) << sampler << trials;
  const test::TestStudy unstarted(test::small_study());
  EXPECT_THAT(check.faults(document(read_study_table(*open_storage(unstarted.url), unstarted.id))),
              IsEmpty());
}

// Else reports and `tailor confirm`, which writes the number itself, differ in the last digit.
TEST(StudyDocument, ItsNumbersAreWrittenAsTheyWouldBeWithoutIt) {
  const MeasureText text(true);
  for (const double value : {0.92104966, 0.92105, 0.9210500004, 1 / 3.0, 0.94374999})
    EXPECT_EQ(text.number(number(value).get<double>()), text.number(value)) << value;
}

TEST(StudyDocument, TellsOfSharedImages) {
  StudyTable table = small_table("sobol", "none", 3);
  const json before = document(table);
  EXPECT_TRUE(before["study"]["data"]["shared_images"]["validation"].is_null());
  table.shared_validation = SharedImages{.images = 100, .trained = 200, .alike = 7, .equal = 2};
  ConfirmationTable confirmation = confirmed();
  confirmation.shared_test = SharedImages{.images = 50, .trained = 300, .alike = 1};
  const json d = document(table, &confirmation);
  EXPECT_THAT(test::SchemaCheck(schema()).faults(d), IsEmpty());
  EXPECT_EQ(d["study"]["data"]["shared_images"]["validation"]["equal"], 2);
  EXPECT_EQ(d["study"]["data"]["shared_images"]["test"]["trained"], 300);
  EXPECT_THAT(d["warnings"].dump(), HasSubstr("7 of 100 validation images (7.0 %)"));
}

TEST(StudyDocument, TellsOfAConfirmation) {
  const StudyTable table = small_table("tpe", "asha", 30);
  const ConfirmationTable confirmation = confirmed();
  const Confusion confusion{2, {90, 10, 3, 97}};
  const DocumentErrors errors{
      "validation", {"coat", "shirt"}, confusion, {{"coat", "shirt", 0.93, std::string("\x89PNG", 4)}}};
  const json d = document(table, &confirmation, &errors);
  EXPECT_THAT(test::SchemaCheck(schema()).faults(d), IsEmpty());
  EXPECT_THAT(d["confirmation"]["figures_text"].get<std::string>(), HasSubstr("other images"));
  EXPECT_THAT(d["recommendation"]["text"].get<std::string>(), HasSubstr("trial 7 is recommended"));
  EXPECT_TRUE(d["recommendation"]["probability_best"].is_number()) << "a confirmation trained settings again";
  EXPECT_THAT(d["answer"].dump(), HasSubstr("trial 7 is recommended"));
  EXPECT_EQ(d["gain"]["pairs"], 5);
  EXPECT_EQ(d["metrics"]["confirmed"], true);
  EXPECT_EQ(d["metrics"]["tuned"], (json{{"name", "trial 7"}, {"networks", 5}}));
  ASSERT_EQ(d["metrics"]["rows"].size(), metric_count);
  EXPECT_EQ(d["metrics"]["rows"][3]["metric"], "macro_f1");
  EXPECT_NEAR(d["metrics"]["rows"][3]["test"]["tuned"]["estimate"].get<double>(), 0.9406 - 0.001, 0.001);
  EXPECT_TRUE(d["metrics"]["rows"][5]["test"]["tuned"].is_null()) << "not known";
  EXPECT_NEAR(d["gain"]["validation"]["estimate"].get<double>(), 0.0296, 0.001);
  EXPECT_FALSE(d["gain"]["test"].is_null());
  EXPECT_NEAR(d["gain"]["over_by_hand"]["validation"]["estimate"].get<double>(), 0.0194, 0.001);
  EXPECT_NEAR(d["gain"]["by_hand"]["validation"]["estimate"].get<double>(), 0.01, 0.002);
  EXPECT_FALSE(d["gain"]["over_best_length"]["test"].is_null());
  ASSERT_EQ(d["gain"]["steps"].size(), 3U);
  EXPECT_EQ(d["gain"]["steps"][2]["to"], "winner");
  EXPECT_NEAR(d["gain"]["over_random"]["estimate"].get<double>(), 0.9406 - (0.7 + 0.1) / 2, 0.001);
  EXPECT_EQ(d["gain"]["random"]["failed"], 1);
  EXPECT_THAT(d["gain"]["random"]["text"].get<std::string>(), HasSubstr("1 of the 2 random settings failed"));
  EXPECT_EQ(d["confirmation"]["random_settings"].size(), 2U);
  EXPECT_TRUE(d["confirmation"]["random_settings"][1]["value"].is_null());
  EXPECT_EQ(d["confirmation"]["candidates"].size(), 5U) << "random settings do not race";
  EXPECT_NEAR(d["optimism"]["same_setting"]["estimate"].get<double>(), 0.9406, 0.001);
  EXPECT_NEAR(d["optimism"]["reuse"]["estimate"].get<double>(), 0.02, 0.002);
  EXPECT_EQ(d["confirmation"]["best_length"]["name"], "best length");
  EXPECT_EQ(d["confirmation"]["by_hand"]["settings"]["flip"], 0.5);
  EXPECT_EQ(d["confirmation"]["seeds"], 3);
  EXPECT_EQ(d["confirmation"]["candidates"][0]["name"], "trial 7");
  EXPECT_EQ(d["confirmation"]["candidates"][0]["winner"], true);
  EXPECT_EQ(d["confirmation"]["candidates"][0]["settings"]["nesterov"], true);
  EXPECT_EQ(d["confirmation"]["candidates"][0]["settings"]["learning_rate"], 0.02);
  EXPECT_EQ(d["confirmation"]["candidates"][2]["dropped_after"], 3);
  EXPECT_EQ(d["confirmation"]["winner"]["history"].size(), 3U);
  EXPECT_NEAR(d["confirmation"]["winner"]["figures"]["test_accuracy"]["estimate"].get<double>(), 0.9396,
              0.001);
  EXPECT_EQ(d["errors"]["pairs"][0]["a"], "coat");
  EXPECT_EQ(d["errors"]["pairs"][0]["share"], 0.1);
  EXPECT_EQ(d["errors"]["hardest"][0]["image"], "data:image/png;base64,iVBORw==");
  EXPECT_THAT(d["reproduce"]["command"].get<std::string>(), HasSubstr("--set learning_rate=0.02"));
  EXPECT_THAT(d["reproduce"]["recipe"].get<std::string>(), HasSubstr("learning_rate = 0.02"));
  ASSERT_EQ(d["answer"]["sentences"].size(), 4U);
  EXPECT_THAT(d["answer"]["sentences"][1].get<std::string>(), HasSubstr("On 5 fresh seeds"));
  const auto gained = d["answer"]["sentences"][1].get<std::string>();
  EXPECT_THAT(gained, HasSubstr("test images"));
  EXPECT_THAT(gained, HasSubstr("better than the default at its best length"));
  EXPECT_THAT(gained, HasSubstr("better than the default with what was fixed by hand"));
  EXPECT_THAT(gained, Not(HasSubstr("tuning"))) << "the gain over the default is not the tuning's alone";
  EXPECT_THAT(d["answer"]["sentences"][3].get<std::string>(), HasSubstr("the same setting reaches"));
  EXPECT_THAT(d["answer"]["sentences"][3].get<std::string>(), HasSubstr("more than on the test images"));
}

TEST(StudyDocument, ColumnsOfTrialsAndParameters) {
  const StudyTable table = small_table("random", "asha", 20);
  const json d = document(table);
  EXPECT_EQ(d["trials"]["number"].size(), 20U);
  for (const json& column : d["trials"]["params"]) EXPECT_EQ(column.size(), 20U);
  EXPECT_EQ(d["trials"]["role"][0], "default");
  EXPECT_TRUE(d["confirmation"].is_null());
  EXPECT_THAT(d["answer"]["sentences"][1].get<std::string>(), HasSubstr("tailor confirm"));
  const json& space = d["study"]["space"];
  EXPECT_EQ(space.size(), 4U);
  EXPECT_EQ(space[0]["name"], "learning_rate");
  EXPECT_EQ(space[0]["default"], 0.001);
  EXPECT_FALSE(space[0]["effect"].get<std::string>().empty());
}

TEST(StudyDocument, TellsWhatComputedIt) {
  StudyTable table = small_table("random", "none", 20);
  const json own = document(table)["provenance"];
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0]["of"], "study");
  EXPECT_EQ(own[0]["trials"], 20);
  EXPECT_EQ(own[0]["computed_by"][0]["trials"], 20);
  EXPECT_EQ(own[0]["computed_by"][0]["instruction_set"], this_environment().instruction_set);
  EXPECT_EQ(own[0]["computed_by"][0]["hosts"], json::array({this_environment().host}));

  table.provenance = {};
  table.provenance.trials = 3, table.provenance.not_recorded = 1;
  table.provenance.instruction_sets = {{"AVX-512", 2}, {"AVX2", 1}};
  table.provenance.continued = {7};
  table.provenance.groups = {{{"0.1.0", "", "AVX-512", "one", ""}, {"node1"}, {}, 2}, {{}, {}, {}, 1}};
  const json d = document(table);
  EXPECT_THAT(test::SchemaCheck(schema()).faults(d), IsEmpty());
  EXPECT_EQ(d["provenance"][0]["continued"], json::array({7}));
  EXPECT_TRUE(d["provenance"][0]["computed_by"][0]["commit"].is_null());
  EXPECT_TRUE(d["provenance"][0]["computed_by"][1]["version"].is_null());
  std::string text;
  for (const json& w : d["warnings"])
    if (w["code"] == "mixed_instruction_sets") text = w["text"];
  EXPECT_THAT(text, HasSubstr("AVX-512 (2 trials) and AVX2 (1 trial)"));
  EXPECT_THAT(text, HasSubstr("Trial 7 was continued"));
}

// Only complete trials have a value; of those that Hyperband cut short, some have a predicted one.
TEST(StudyDocument, WhatWasCutShortHasNoValue) {
  const json d = document(small_table("random", "hyperband", 110));
  EXPECT_THAT(test::SchemaCheck(schema()).faults(d), IsEmpty());
  const json& trials = d["trials"];
  for (std::size_t i = 0; i < trials["number"].size(); ++i)
    EXPECT_EQ(trials["value"][i].is_null(), trials["state"][i] != "complete") << i;
  EXPECT_GT(trials["predicted"].size(), 10U);
  for (const auto& [trial, value] : trials["predicted"].items()) {
    EXPECT_EQ(trials["state"][std::stoul(trial)], "pruned");
    EXPECT_LT(value["low"], value["high"]);
  }
  EXPECT_EQ(d["spread"]["predicted"], trials["predicted"].size());
  EXPECT_THAT(d["answer"]["sentences"][0].get<std::string>(), HasSubstr("what they had then is no result"));
}

TEST(StudyDocument, LongStudiesStaySmall) {
  StudyTable table = small_table("random", "none", 20);
  const StudyRow row = table.trials[5];
  while (table.trials.size() < 10000) {
    table.trials.push_back(row);
    table.trials.back().number = static_cast<int>(table.trials.size()) - 1;
    table.trials.back().assignment = draw_uniform(table.definition.space, Key(table.trials.size()));
  }
  const json d = document(table);
  EXPECT_EQ(d["curves"].size(), 300U);
  EXPECT_LT(d.dump().size(), 1000000U);
}

TEST(StudyDocument, SaysWhatTheStudyIsForAndHowToNameItToACommand) {
  StudyTable table = small_table("random", "none", 20);
  table.definition.description = "a first look";
  const Findings findings = find_all(table, nullptr, 0);
  const json d = json::parse(study_document(
      {.table = table, .findings = findings, .options = "--storage sqlite:///x.db --study s"}));
  EXPECT_THAT(test::SchemaCheck(schema()).faults(d), IsEmpty());
  EXPECT_EQ(d["study"]["description"], "a first look");
  EXPECT_EQ(d["study"]["options"], "--storage sqlite:///x.db --study s");
  bool advised = false;
  for (const json& w : d["warnings"])
    advised |= w["advice"] == "Run `tailor confirm --storage sqlite:///x.db --study s`.";
  EXPECT_TRUE(advised);
}

TEST(StudyDocument, ItsCommandRunsAsPasted) {
  StudyTable table = small_table("random", "none", 20);
  table.definition.architecture.name = "my net";
  table.definition.data.name = "/data/ann's $(touch x)";
  table.definition.data.pictures.channels = 1;
  table.definition.measure = measure_from_name("balanced_accuracy");
  const std::string command = reproduction(table, nullptr).command;
  EXPECT_THAT(command, HasSubstr("--architecture 'my net.toml' --data '/data/ann'\\''s $(touch x)' \\\n"));
  EXPECT_THAT(command, HasSubstr("\n  --channels 1 \\\n  --objective balanced_accuracy \\\n"));
}

// A study that a model leads has its start-up alone for independent draws.
TEST(StudyDocument, TheBestOfNOfFewDrawsHasNoIntervals) {
  const json best = document(small_table("tpe", "none", 30))["best_of_n"];
  ASSERT_TRUE(best.is_object());
  EXPECT_LT(best["independent_trials"].get<int>(), 16);
  EXPECT_GT(best["n"].size(), 3U);
  for (const json& low : best["low"]) EXPECT_TRUE(low.is_null());
  EXPECT_TRUE(best["enough"]["trials"].is_null());
  EXPECT_THAT(best["enough"]["text"].get<std::string>(), HasSubstr("independent trials"));
}

}  // namespace
}  // namespace tailor
