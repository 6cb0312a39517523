#include "tailor/report/summary.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_run.h"
#include "scratch.h"
#include "tailor/base/error.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::string& json) {
  try {
    parse_summary(json, "run/summary.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "no error";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Summary, SealedTestFiguresAreNull) {
  const std::string json = summary_to_json(sample_summary());
  for (const char* key : {"test_accuracy", "test_loss", "test_loss_error", "test_count"})
    EXPECT_THAT(json, HasSubstr("\"" + std::string(key) + "\": null"));
  EXPECT_FALSE(parse_summary(json, "").test.has_value());
}

TEST(Summary, ReadingBackGivesEveryKeyAgain) {
  RunSummary summary = sample_summary();
  summary.test = Score{0.1 + 0.2, 0.9321, 10000, 0.0061};
  write_summary(scratch("summary.json"), summary);
  const RunSummary read = read_summary(scratch("summary.json"));
  EXPECT_EQ(read.split_seed, 18446744073709551615u);
  EXPECT_EQ(read.kernels, summary.kernels);
  EXPECT_EQ(read.best_epoch, 9);
  EXPECT_EQ(read.test->loss, 0.1 + 0.2);
  EXPECT_EQ(read.test->count, 10000);
  EXPECT_EQ(summary_to_json(read), summary_to_json(summary));
}

// None in summaries of earlier versions, and null of sealed images.
TEST(Summary, TellsOfSharedImages) {
  RunSummary summary = sample_summary();
  const std::string sealed = summary_to_json(summary);
  EXPECT_EQ(parse_summary(replaced(sealed, "shared_images", "other"), "").shared_validation, std::nullopt);
  EXPECT_EQ(parse_summary(sealed, "").shared_test, std::nullopt);
  summary.shared_validation = SharedImages{.images = 20000, .trained = 40000, .alike = 1013, .equal = 3};
  summary.shared_test = SharedImages{.images = 10000, .trained = 60000, .other_label = 4};
  const std::string json = summary_to_json(summary);
  const RunSummary read = parse_summary(json, "");
  EXPECT_EQ(read.shared_validation, summary.shared_validation);
  EXPECT_EQ(read.shared_test, summary.shared_test);
  EXPECT_EQ(message_of(replaced(json, "1013", "\"many\"")).substr(0, 52),
            "run/summary.json: shared_images.validation: expected");
}

TEST(Summary, TellsWhatComputedIt) {
  RunSummary summary = sample_summary();
  summary.environment = {summary.version, "0123456789ab", "AVX2", "a processor", "a host"};
  summary.provenance = {{{"0.0.9", "", "AVX-512", "a processor", "another host"}, 1},
                        {summary.environment, 4}};
  const std::string json = summary_to_json(summary);
  EXPECT_THAT(json,
              HasSubstr("\"commit\": \"0123456789ab\",\n  \"instruction_set\": \"AVX2\",\n"
                        "  \"processor\": \"a processor\",\n  \"host\": \"a host\",\n  \"provenance\": ["));
  const RunSummary read = parse_summary(json, "");
  EXPECT_EQ(read.environment, summary.environment);
  EXPECT_EQ(read.provenance, summary.provenance);
}

TEST(Summary, OfAnEarlierVersionDoesNot) {
  RunSummary summary = sample_summary();
  std::string json = summary_to_json(summary);
  for (const char* key : {"commit", "instruction_set", "processor", "host"})
    json = replaced(json, "\"" + std::string(key) + "\": null,", "");
  json = replaced(json, "\"provenance\": [],", "");
  const RunSummary read = parse_summary(json, "");
  EXPECT_EQ(read.environment, (Environment{"0.1.0", {}, {}, {}, {}}));
  EXPECT_TRUE(read.provenance.empty());
  EXPECT_THAT(summary_to_json(read), HasSubstr("\"instruction_set\": null"));
}

TEST(Summary, KeysKeepTheirOrderAndTheSplitIsOneObject) {
  const std::string json = summary_to_json(sample_summary());
  EXPECT_TRUE(json.starts_with("{\n  \"version\": \"0.1.0\",\n  \"architecture\": \"mnist_cnn\","));
  EXPECT_THAT(
      json,
      HasSubstr("\"split\": {\n    \"train\": 40000,\n    \"validation\": 20000,\n    \"test\": 10000,\n"
                "    \"seed\": 18446744073709551615,\n    \"hash\": "));
}

TEST(Summary, NumbersThatAreNotFiniteSurviveAsNull) {
  RunSummary summary = sample_summary();
  summary.validation_loss_at_best = std::numeric_limits<double>::infinity();
  const std::string json = summary_to_json(summary);
  EXPECT_THAT(json, HasSubstr("\"validation_loss_at_best\": null"));
  EXPECT_TRUE(std::isnan(parse_summary(json, "").validation_loss_at_best));
}

TEST(Summary, NamesOfAnyBytesAreWritten) {
  RunSummary summary = sample_summary();
  summary.dataset = "caf\xe9";
  EXPECT_EQ(parse_summary(summary_to_json(summary), "").dataset, "caf\ufffd");
}

TEST(Summary, EachFaultNamesFileAndKey) {
  const std::string good = summary_to_json(sample_summary());
  EXPECT_THAT(message_of(""), HasSubstr("run/summary.json: not valid JSON at byte"));
  EXPECT_THAT(message_of("[]"), HasSubstr("expected a JSON object, got array"));
  EXPECT_THAT(message_of("{}"), HasSubstr("run/summary.json: the key version is missing"));
  EXPECT_THAT(message_of(replaced(good, "\"best_epoch\": 9", "\"best_epoch\": \"9\"")),
              HasSubstr("best_epoch: expected a whole number of at least 0, got \"9\""));
  EXPECT_THAT(message_of(replaced(good, "\"best_epoch\": 9", "\"best_epoch\": 4294967297")),
              HasSubstr("best_epoch"));
  EXPECT_THAT(message_of(replaced(good, "\"train\": 40000", "\"train\": -1")),
              HasSubstr("split.train: expected"));
  EXPECT_THAT(message_of(replaced(good, "\"seed\": 7,", "")), HasSubstr("key seed is missing"));
  EXPECT_THAT(message_of(replaced(good, "\"dense_1: reference\"", "3")),
              HasSubstr("kernels: expected a list of strings"));
  EXPECT_EQ(message_of(replaced(good, "\"seed\": 7", "\"later\": 1, \"seed\": 7")), "no error");
}

TEST(Summary, KeepsFoldsWhoseMeanIsNeverSurerThanTheImages) {
  RunSummary summary = sample_summary();
  summary.folds = {{40, 1.0}, {41, 1.0}, {40, 1.0}};
  summary.validation_metrics.emplace()[0] = {1.0, {0.97, 1.0}, 0};
  const Estimate mean = folds_mean(summary);
  EXPECT_EQ(mean.estimate, 1);
  EXPECT_EQ(mean.low, 0.97);
  EXPECT_EQ(mean.high, 1);
  const RunSummary read = parse_summary(summary_to_json(summary), "s");
  ASSERT_EQ(read.folds.size(), 3u);
  EXPECT_EQ(read.folds[1].images, 41);
  EXPECT_EQ(read.folds[1].objective, 1);
}

}  // namespace
}  // namespace tailor
