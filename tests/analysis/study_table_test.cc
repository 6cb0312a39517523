#include "tailor/analysis/study_table.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tune/studies.h"

namespace tailor {
namespace {

using namespace test;

int count(const StudyTable& table, TrialRole role) {
  return static_cast<int>(std::count_if(table.trials.begin(), table.trials.end(),
                                        [&](const StudyRow& row) { return row.role == role; }));
}

StudyTable read(const TestStudy& study) { return read_study_table(*open_storage(study.url), study.id); }

TEST(StudyTable, HasEveryTrialOfAPrunedStudy) {
  const TestStudy study(small_study("sobol", "asha"));
  Formula formula;
  study.run(formula);
  const StudyTable table = read(study);
  ASSERT_EQ(table.trials.size(), 20U);
  EXPECT_EQ(table.name, "s");
  EXPECT_TRUE(table.maximize);
  EXPECT_EQ(table.trials[0].role, TrialRole::untuned);
  EXPECT_EQ(table.untuned.size(), 4U);
  EXPECT_EQ(count(table, TrialRole::startup), 19);
  const std::size_t best = table.best().value();
  for (const StudyRow& row : table.trials) {
    EXPECT_EQ(row.assignment.size(), 4U);
    EXPECT_GE(row.start, 0);
    if (row.complete()) {
      EXPECT_EQ(row.epochs.size(), 9U);
      EXPECT_LE(row.value, table.trials[best].value);
      EXPECT_EQ(row.value, row.epochs.back());
    } else {
      EXPECT_EQ(row.state, TrialState::pruned);
      EXPECT_TRUE(std::isnan(row.value));
      EXPECT_TRUE(row.cut_short());
      EXPECT_FALSE(row.has_result());
    }
  }
  EXPECT_TRUE(table.trials[0].unconditional);
  EXPECT_TRUE(table.independent_results().empty());  // survivors are no independent draws
  const TestStudy whole(small_study("sobol", "none"));
  whole.run(formula);
  EXPECT_EQ(read(whole).independent_results().size(), 19U);
}

// Start-up trials are the Sobol points, what the model proposes is not.
TEST(StudyTable, KnowsTheStartUpTrialsOfAModel) {
  const TestStudy study(small_study("tpe"));
  Formula formula;
  study.run(formula);
  const StudyTable table = read(study);
  EXPECT_GE(count(table, TrialRole::startup), 9);
  EXPECT_LE(count(table, TrialRole::startup), 14);  // ten, and those whose results came later by the lag
  EXPECT_EQ(table.trials[1].role, TrialRole::startup);
  EXPECT_EQ(table.trials[19].role, TrialRole::search);
}

TEST(StudyTable, FailuresAndWishes) {
  const TestStudy study(small_study("random"));
  open_storage(study.url)->create_trial(
      study.id,
      {.state = TrialState::waiting, .system_attributes = {{"fixed_params", R"({"learning_rate": 0.5})"}}});
  Formula formula;
  formula.diverges_above = 0.3;
  study.run(formula);
  const StudyTable table = read(study);
  EXPECT_EQ(table.trials[1].role, TrialRole::wish);
  EXPECT_EQ(table.trials[1].state, TrialState::failed);
  EXPECT_NE(table.trials[1].failure.find("diverged as told"), std::string::npos);
  EXPECT_FALSE(table.trials[1].has_result());
}

TEST(StudyTable, EmptyStudy) {
  const StudyTable table = read(TestStudy(small_study()));
  EXPECT_EQ(table.trials.size(), 1U);
  EXPECT_FALSE(table.best());
  EXPECT_TRUE(table.complete_values().empty());
}

}  // namespace
}  // namespace tailor
