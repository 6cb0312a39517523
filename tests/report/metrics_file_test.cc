#include "tailor/report/metrics_file.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_run.h"
#include "scratch.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::string& content) {
  const auto path = scratch("damaged.csv");
  write_file(path, content);
  try {
    read_metrics(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "no error";
}

std::string header() {
  std::string text;
  for (const std::string& name : metrics_columns()) text += (text.empty() ? "" : ",") + name;
  return text + "\n";
}

TEST(MetricsFile, RoundTripIsExact) {
  std::vector<EpochMetrics> epochs = sample_epochs(5);
  epochs[1].train.loss = 0.1 + 0.2;
  epochs[2].validation.loss = std::numeric_limits<double>::denorm_min();
  epochs[3].train.loss = std::numeric_limits<double>::infinity();
  epochs[4].train_sample.loss = std::numeric_limits<double>::quiet_NaN();
  write_metrics(scratch("metrics.csv"), epochs);
  const std::vector<EpochMetrics> read = read_metrics(scratch("metrics.csv"));
  ASSERT_EQ(read.size(), epochs.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].epoch, epochs[i].epoch);
    EXPECT_EQ(read[i].train.loss, epochs[i].train.loss);
    EXPECT_EQ(read[i].train.accuracy, epochs[i].train.accuracy);
    EXPECT_EQ(read[i].train.count, epochs[i].train.count);
    EXPECT_EQ(read[i].train_sample.accuracy, epochs[i].train_sample.accuracy);
    EXPECT_EQ(read[i].train_sample.count, epochs[i].train_sample.count);
    EXPECT_EQ(read[i].validation.loss, epochs[i].validation.loss);
    EXPECT_EQ(read[i].validation.accuracy, epochs[i].validation.accuracy);
    EXPECT_EQ(read[i].validation.count, epochs[i].validation.count);
    EXPECT_EQ(read[i].learning_rate, epochs[i].learning_rate);
    EXPECT_EQ(read[i].images_per_second, epochs[i].images_per_second);
    EXPECT_EQ(read[i].seconds, epochs[i].seconds);
    EXPECT_EQ(read[i].objective, epochs[i].objective);
    EXPECT_EQ(read[i].temperature, epochs[i].temperature);
  }
  EXPECT_EQ(read[0].train_sample.loss, epochs[0].train_sample.loss);
  EXPECT_TRUE(std::isnan(read[4].train_sample.loss));
}

TEST(MetricsFile, NoEpochsYetIsAHeaderAlone) {
  write_metrics(scratch("empty.csv"), {});
  EXPECT_EQ(read_file(scratch("empty.csv")), header());
  EXPECT_TRUE(read_metrics(scratch("empty.csv")).empty());
}

TEST(MetricsFile, CarriageReturnsOfOtherEditorsAreFine) {
  std::string content = header();
  content.insert(content.size() - 1, "\r");
  EXPECT_EQ(message_of(content + "1,.5,.5,10,.5,.5,10,.5,.5,10,.001,100,2,.5,.01,1\r\n"), "no error");
}

TEST(MetricsFile, EachFaultNamesLineAndColumn) {
  EXPECT_THAT(message_of(""), HasSubstr("damaged.csv:1: not a metrics file"));
  EXPECT_THAT(message_of("epoch,loss\n"), HasSubstr("expected the columns epoch,train_loss"));
  EXPECT_THAT(message_of(header() + "1,.5,.5,10,.5,.5,10,.5,.5,10,.001,100\n"),
              HasSubstr(":2: column seconds: expected a number, got ''"));
  EXPECT_THAT(message_of(header() + "1,.5,.5,10,.5,.5,10,.5,.5,10,.001,100,2,.5,.01,1,3\n"),
              HasSubstr("16 columns expected"));
  EXPECT_THAT(message_of(header() + "1,.5x,.5,10,.5,.5,10,.5,.5,10,.001,100,2,.5,.01,1\n"),
              HasSubstr(":2: column train_loss: expected a number, got '.5x'"));
  EXPECT_THAT(message_of(header() + "2,.5,.5,10,.5,.5,10,.5,.5,10,.001,100,2,.5,.01,1\n"),
              HasSubstr("expected 1, got 2"));
}

}  // namespace
}  // namespace tailor
