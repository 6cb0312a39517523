#include "tailor/tune/objective/training_notes.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tailor {
namespace {

TestNote kept(const TestNote& note) { return read_test({{note_key::test, test_note(note)}}).value(); }

TEST(TrainingNotes, KeepWhatEachTestImageContributes) {
  TestNote note{{.loss = 1.5, .accuracy = 0.5, .count = 4}, {true, false, false, true}, "a1b2", {true}};
  note.metric = Metric::loss;
  note.values = {0.001F, 3.25F, 2.5F, 0.249F};
  const TestNote read = kept(note);
  EXPECT_EQ(read.right, note.right);
  EXPECT_EQ(read.metric, Metric::loss);
  ASSERT_EQ(read.values.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(read.values[i], note.values[i], 3.25 / 65535) << i;

  note.values.assign(4, 0.7F);  // all alike
  EXPECT_THAT(kept(note).values, testing::Each(0.7F));
  note.values.clear();
  EXPECT_THAT(kept(note).values, testing::IsEmpty()) << "as older notes have it";
}

TEST(TrainingNotes, KeepAllMetrics) {
  MetricsNote note;
  EXPECT_FALSE(read_metrics({}).validation) << "as in older studies";
  note.validation.emplace();
  for (std::size_t m = 0; m < metric_count; ++m)
    (*note.validation)[m] = {0.1 * static_cast<double>(m), {0.01, 0.99}};
  (*note.validation)[5].value = std::nan("");
  const MetricsNote read = read_metrics({{note_key::metrics, metrics_note(note)}});
  EXPECT_NEAR((*read.validation)[3].value, 0.3, 1e-6);
  EXPECT_EQ((*read.validation)[3].interval.high, 0.99);
  EXPECT_TRUE(std::isnan((*read.validation)[5].value));
  EXPECT_FALSE(read.test);
}

}  // namespace
}  // namespace tailor
