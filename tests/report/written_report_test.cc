// A study document as text: everything a reader needs, within 80 columns; two documents side by side.
#include "tailor/report/written_report.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tailor {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json interval(double estimate, double low, double high) {
  return {{"estimate", estimate}, {"low", low}, {"high", high}};
}

// A confirmed study.
json document() {
  json d = {
      {"format", "tailor-study-document"},
      {"study",
       {{"name", "s"},
        {"description", "Does momentum matter?"},
        {"options", "--storage sqlite:///a.db --study s"},
        {"architecture", {{"name", "tiny"}, {"parameters", 1234}, {"fingerprint", "0123456789abcdef"}}},
        {"data",
         {{"name", "images"},
          {"train_images", 40000},
          {"validation_images", 20000},
          {"test_images", 10000},
          {"split_hash", "fedcba9876543210"},
          {"split_seed", 1}}},
        {"measure", {{"name", "validation_accuracy"}, {"maximize", true}}}}},
      {"answer", {{"sentences", {"Results ran far.", "Tuning was worth it.", "Trust this."}}}},
      {"warnings",
       {{{"severity", "serious"}, {"text", "The seal was opened twice."}, {"advice", "Do not."}}}},
      {"spread_experiment",
       {{"settings", 30},
        {"epochs", 36},
        {"diverged", 1},
        {"seed",
         {{"same_setting", interval(0.001, 0.0004, 0.003)},
          {"two_settings", interval(0.02, 0.01, 0.03)},
          {"share", interval(0.05, 0.02, 0.18)}}},
        {"quantiles", {{{"share", 0.05}, {"estimate", 0.801}, {"low", nullptr}, {"high", 0.853}}}},
        {"best_of_n",
         {{"n", {1, 2, 3, 4}},
          {"estimate", {0.7, 0.8125, 0.85, 0.875}},
          {"low", {nullptr, 0.75, 0.8, nullptr}},
          {"high", {nullptr, 0.86, 0.88, nullptr}}}},
        {"way",
         {{{"name", "untuned default"},
           {"value", interval(0.929, 0.927, 0.931)},
           {"step", nullptr},
           {"text", ""}},
          {{"name", "default, fixed by hand"},
           {"value", interval(0.934, 0.932, 0.936)},
           {"step", interval(0.005, 0.002, 0.008)},
           {"text", "What was fixed by hand helps."}}}}}},
      {"spread",
       {{"count", 9},
        {"worst", 0.1},
        {"quartiles", {0.5, 0.7, 0.8}},
        {"best", 0.9},
        {"against_default", {{"value", 0.75}, {"worse", 5}, {"of", 8}}},
        {"ended", 20},
        {"shares", {{"cut_short", 0.5}, {"diverged", 0.05}, {"failed", 0.05}}},
        {"text", "10 of 20 trials were cut short."}}},
      {"noise", {{"sd", interval(0.002, 0.001, 0.003)}, {"share_of_spread", interval(0.1, 0.05, 0.2)}}},
      {"gain",
       {{"validation", interval(0.0123, 0.01, 0.015)},
        {"test", interval(0.011, 0.008, 0.014)},
        {"over_best_length", {{"validation", interval(0.0101, 0.0051, 0.0151)}, {"test", nullptr}}},
        {"over_by_hand",
         {{"validation", interval(0.0077, 0.007, 0.008)}, {"test", interval(0.0066, 0, 0.01)}}},
        {"by_hand", {{"validation", interval(0.0046, 0.004, 0.005)}, {"test", nullptr}}},
        {"steps",
         {{{"from", "default"},
           {"to", "best_length"},
           {"validation", interval(0.0022, 0.001, 0.003)},
           {"test", nullptr}},
          {{"from", "best_length"},
           {"to", "by_hand"},
           {"validation", interval(0.0024, 0.001, 0.003)},
           {"test", nullptr}},
          {{"from", "by_hand"},
           {"to", "winner"},
           {"validation", interval(0.0077, 0.007, 0.008)},
           {"test", interval(0.0066, 0, 0.01)}}}},
        {"over_random", interval(0.131, 0.021, 0.241)},
        {"random", {{"settings", 8}, {"failed", 1}, {"text", "Random ones are worse than the default."}}},
        {"over_best_random", {{"estimate", 0.02}, {"low", nullptr}, {"high", nullptr}}},
        {"over_one_epoch", nullptr}}},
      {"optimism",
       {{"claimed", 0.95},
        {"confirmed", interval(0.94, 0.93, 0.945)},
        {"same_setting", interval(0.9333, 0.93, 0.945)},
        {"optimism", interval(0.01, 0.005, 0.02)},
        {"reuse", interval(0.0055, 0.002, 0.009)},
        {"shrunken", nullptr}}},
      {"importance",
       {{{"name", "learning_rate"}, {"fanova", interval(0.4, 0.3, 0.5)}, {"ped_anova", nullptr}}}},
      {"importance_text", "Learnt from 9 trials."},
      {"leave_at_default", {{{"name", "momentum"}, {"margin", 0.001}}}},
      {"best_of_n",
       {{"n", {1, 2, 3}},
        {"estimate", {0.5, 0.6, 0.7}},
        {"low", {0.4, 0.5, 0.6}},
        {"high", {0.6, 0.7, 0.8}},
        {"enough", nullptr}}},
      {"compute", {{"items", {{{"kind", "after_optimum"}, {"seconds", 75}, {"trials", 2}, {"epochs", 6}}}}}},
      {"openings", {{{"time", "2026-01-02 03:04:05"}, {"by", "s.confirm"}}}},
      {"reproduce",
       {{"command", "tailor train --out winner"}, {"recipe", "[hyperparameters]\nflip = 0.5\n"}}}};
  const json figures = {{"max_validation_accuracy", interval(0.94, 0.93, 0.95)},
                        {"train_accuracy_at_best", nullptr},
                        {"test_accuracy", interval(0.93, 0.92, 0.94)},
                        {"test_loss", interval(0.2, 0.19, 0.21)}};
  d["confirmation"] = {{"candidates",
                        {{{"name", "trial 4"},
                          {"roles", {"leader", "one_epoch"}},
                          {"runs", json::array({1, 2, 3})},
                          {"mean", interval(0.94, 0.93, 0.95)},
                          {"dropped_after", nullptr},
                          {"winner", true}}}},
                       {"winner", {{"figures", figures}}},
                       {"default", {{"figures", figures}}},
                       {"best_length", {{"figures", figures}}},
                       {"by_hand", nullptr},
                       {"figures_text", "Intervals are for other seeds."},
                       {"loss_baseline", {{"text", "The loss has a length of its own."}}},
                       {"original",
                        {{"max_validation_accuracy", 0.894},
                         {"train_accuracy_at_best", 0.9071},
                         {"test_accuracy", 0.9117},
                         {"test_loss", 0.269255}}}};
  return d;
}

TEST(WrittenReport, SaysWhatTheDocumentSays) {
  for (const std::string& text : {markdown_report(document().dump()), terminal_report(document().dump())}) {
    for (const char* part : {"Does momentum matter?",
                             "Results ran far.",
                             "Tuning was worth it.",
                             "serious: The seal was opened twice. Do not.",
                             "80.10 %",
                             "85.30 %",
                             "1 run diverged",
                             "the seed's part is 5 % (2 % to 18 %)",
                             "default, fixed by hand",
                             "+0.50 (+0.20 to +0.80)",
                             "What was fixed by hand helps.",
                             "90.00 %",
                             "5 of the 8 besides the untuned default ended below its 75.00 %. 10 of 20",
                             "+1.23 (+1.00 to +1.50)",
                             "+1.10 (+0.80 to +1.40)",
                             "95.00 %",
                             "trial 4 (leader)",
                             "trial 4 is also the candidate for: one epoch.",
                             "over the default at its best length",
                             "+1.01 (+0.51 to +1.51)",
                             "over what was fixed by hand, test",
                             "+0.66 (+0.00 to +1.00)",
                             "best length -> fixed by hand",
                             "fixed by hand -> tuned",
                             "over a random setting (mean of 8)",
                             "+13.10 (+2.10 to +24.10)",
                             "Random ones are worse than the default.",
                             "the claimed setting on fresh seeds",
                             "93.33 %",
                             "its validation minus test accuracy",
                             "+0.55 (+0.20 to +0.90)",
                             "default, best length",
                             "over the best random setting",
                             "+2.00",
                             "0.2693",
                             "40 %",
                             "learning_rate",
                             "momentum",
                             "Learnt from 9 trials.",
                             "Intervals are for other seeds.",
                             "The loss has a length of its own.",
                             "70.00 % (60.00-80.00)",
                             "1 min 15 s",
                             "after optimum",
                             "2026-01-02 03:04:05",
                             "tailor train --out winner"})
      EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(markdown_report(document().dump()), HasSubstr("flip = 0.5"));
  EXPECT_THAT(markdown_report(document().dump()), HasSubstr("| trained to the end | worst |"));
  EXPECT_THAT(markdown_report(document().dump()),
              HasSubstr("|  | max. validation | training there | test accuracy | test loss |"));
}

TEST(WrittenReport, HasATableOfAllMetrics) {
  json d = document();
  d["metrics"] = {
      {"confirmed", true},
      {"tuned", {{"name", "trial 4"}, {"networks", 5}}},
      {"untuned", {{"name", "default"}, {"networks", 5}}},
      {"rows",
       {{{"metric", "worst_recall"},
         {"words", "worst class's recall"},
         {"percent", true},
         {"validation", {{"tuned", interval(0.8123, 0.77, 0.85)}, {"untuned", nullptr}}},
         {"test", {{"tuned", interval(0.7987, 0.75, 0.84)}, {"untuned", interval(0.6, 0.5, 0.7)}}}}}}};
  for (const std::string& text : {markdown_report(d.dump()), terminal_report(d.dump())})
    for (const char* part : {"All metrics", "Means over 5 networks on fresh seeds", "worst class's recall",
                             "on test images", "81.23 % (77.00-85.00)", "60.00 % (50.00-70.00)"})
      EXPECT_THAT(text, HasSubstr(part));
  std::istringstream lines(terminal_report(d.dump()));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  d["metrics"]["confirmed"] = false;
  EXPECT_THAT(markdown_report(d.dump()), HasSubstr("chosen by these images; that flatters it"));
}

// What a row is stands before each part of it.
TEST(WrittenReport, SaysWhatComputedTheStudy) {
  json d = document();
  const auto absent = testing::Not(HasSubstr("What computed it"));
  EXPECT_THAT(markdown_report(d.dump()), absent) << "a document of an earlier version";
  d["provenance"] = {{{"of", "study"}, {"computed_by", json::array()}}};
  EXPECT_THAT(markdown_report(d.dump()), absent) << "nothing was computed yet";
  d["provenance"][0]["computed_by"] = {{{"version", "0.1.0"},
                                        {"commit", "0123456789ab"},
                                        {"instruction_set", "AVX2"},
                                        {"processor", "a processor"},
                                        {"trials", 12}},
                                       {{"version", nullptr},
                                        {"commit", nullptr},
                                        {"instruction_set", nullptr},
                                        {"processor", nullptr},
                                        {"trials", 3}}};
  const std::string report = markdown_report(d.dump());
  EXPECT_THAT(report, HasSubstr("| study: tailor 0.1.0 0123456789ab | AVX2 | a processor | 12 |"));
  EXPECT_THAT(report, HasSubstr("| study: not recorded | - | - | 3 |"));
}

TEST(WrittenReport, AWideTableGoesOnBelowOnATerminal) {
  const std::string text = terminal_report(document().dump());
  const std::size_t first = text.find("Four figures"), end = text.find("original, one run", first);
  ASSERT_NE(end, std::string::npos);
  EXPECT_NE(text.find("original, one run", end + 1), std::string::npos);
  EXPECT_NE(text.find("test loss", end + 1), std::string::npos);
}

TEST(WrittenReport, TheCorrectedClaimIsARoughFigureWithoutAnInterval) {
  json d = document();
  d["optimism"]["shrunken"] = interval(0.9444, 0.9412, 0.9476);
  for (const std::string& text : {markdown_report(d.dump()), terminal_report(d.dump())}) {
    EXPECT_THAT(text, HasSubstr("roughly expected, unconfirmed"));
    EXPECT_THAT(text, HasSubstr("94.44 %"));
    EXPECT_THAT(text, Not(HasSubstr("94.12")));
  }
}

TEST(WrittenReport, FitsATerminal) {
  std::istringstream lines(terminal_report(document().dump()));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(WrittenReport, WhatIsNotKnownIsLeftOut) {
  json d = document();
  for (const char* key :
       {"spread_experiment", "spread", "noise", "gain", "optimism", "confirmation", "best_of_n"})
    d[key] = nullptr;
  for (const char* key : {"warnings", "importance", "openings"}) d[key] = json::array();
  d["study"]["data"]["test_images"] = 0;
  std::string text = terminal_report(document().dump());
  EXPECT_THAT(text, Not(HasSubstr("over the best after one epoch")));  // null in this document
  text = terminal_report(d.dump());
  EXPECT_THAT(text, HasSubstr("Never opened by this study."));
  EXPECT_THAT(text, HasSubstr("sealed test images"));
  EXPECT_THAT(markdown_report(d.dump()), HasSubstr("`tailor spread --storage sqlite:///a.db --study s`"));
  EXPECT_THAT(text, Not(HasSubstr("race")));
}

TEST(WrittenReport, SaysTheBestOfSoManyRandomSettings) {
  const std::string text = markdown_report(document().dump());
  EXPECT_THAT(text, HasSubstr("| 2 | 81.25 % (75.00-86.00) |"));
  EXPECT_THAT(text, HasSubstr("| 4 | 87.50 % |"))
      << "twice as many each, without an interval where none holds";
}

TEST(WrittenReport, TheAnswerAloneWarnsOfWhatIsSerious) {
  EXPECT_EQ(
      terminal_answer(document().dump()),
      "Results ran far.\nTuning was worth it.\nTrust this.\nBeware: The seal was opened twice. Do not.\n");
}

TEST(WrittenReport, TwoStudiesSideBySide) {
  json other = document();
  other["study"]["name"] = "other";
  const std::string both = comparison_document(document().dump(), other.dump());
  EXPECT_EQ(json::parse(both)["format"], "tailor-study-comparison");
  const std::string text = markdown_report(both);
  EXPECT_THAT(text, HasSubstr("| s | other |"));
  EXPECT_THAT(terminal_answer(both), testing::StartsWith("Study s\nResults ran far."));
  EXPECT_THAT(terminal_answer(both), HasSubstr("\n\nStudy other\nResults ran far."));
  EXPECT_THAT(text, HasSubstr("## Study other"));
}

}  // namespace
}  // namespace tailor
