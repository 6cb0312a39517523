// What a study's sentences may claim: that a difference was not found is no finding.
#include "tailor/report/study_words.h"

#include <gmock/gmock.h>

#include "tailor/report/gain_words.h"

namespace tailor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string first_sentence(const Findings& findings) {
  return answer_sentences(StudyTable{}, findings, nullptr).front();
}

TEST(StudyWords, AGainIsClaimedOnlyWhereItsIntervalLeavesOutZero) {
  Findings f;
  f.gain = Gain{PairedGain{.validation = {0.003, 0.001, 0.005}, .pairs = 5}};
  EXPECT_THAT(first_sentence(f),
              HasSubstr("0.30 percentage points (95 % interval 0.10 to 0.50) better than"));
  f.gain->validation = {0.001, -0.002, 0.004};
  EXPECT_THAT(first_sentence(f), HasSubstr("not shown to differ from the untuned default (by 0.10"));
  EXPECT_THAT(first_sentence(f), Not(HasSubstr("better")));
}

TEST(StudyWords, WhereNothingBeatTheDefaultNoGainIsNamed) {
  StudyTable table;
  table.trials.push_back(
      {.number = 0, .state = TrialState::complete, .role = TrialRole::untuned, .value = 0.93});
  table.trials.push_back({.number = 1, .state = TrialState::complete, .value = 0.92});
  const std::vector<std::string> sentences = answer_sentences(table, Findings{}, nullptr);
  EXPECT_THAT(sentences, ::testing::Contains(HasSubstr("reports better than the untuned default, 93.00")));
  EXPECT_THAT(sentences, ::testing::Each(Not(HasSubstr("0.00 percentage points"))));
}

TEST(StudyWords, AClaimIsNotConfirmedByAnIntervalThatHoldsZero) {
  Findings f;
  f.optimism = Optimism{.claimed = 0.94, .optimism = Estimate{0.001, -0.003, 0.005}};
  const std::string open = answer_sentences(StudyTable{}, f, nullptr).back();
  EXPECT_THAT(open, HasSubstr("the seeds do not tell"));
  f.optimism->optimism = Estimate{0.004, 0.001, 0.007};
  EXPECT_THAT(answer_sentences(StudyTable{}, f, nullptr).back(), HasSubstr("was 0.40"));
}

// What stopping early or a hand gave is no merit of the search: the sentence compares, and credits nobody.
TEST(StudyWords, WhatBaselinesReachIsNotCreditedToTuning) {
  Findings f;
  f.gain = Gain{PairedGain{.validation = {0.012, 0.010, 0.014}, .pairs = 5}};
  f.gain->over_best_length = PairedGain{.validation = {0.0001, -0.002, 0.002}, .pairs = 5};
  f.gain->over_by_hand = PairedGain{.validation = {0.006, 0.004, 0.008}, .pairs = 5};
  const std::string text = first_sentence(f);
  EXPECT_THAT(text, HasSubstr("not shown to differ from the default at its best length"));
  EXPECT_THAT(text, HasSubstr("0.80) better than the default with what was fixed by hand"));
  EXPECT_THAT(text, Not(HasSubstr("tuning")));
}

TEST(StudyWords, ThatTuningHasToBeDoneProperlyIsSaidOnlyWhereTheIntervalSaysSo) {
  Gain g{PairedGain{.validation = {0.012, 0.010, 0.014}, .pairs = 5}};
  const MeasureText words(true);
  EXPECT_EQ(random_words(g, words), "");
  g.over_random = Estimate{0.1, 0.02, 0.18};
  g.random_settings = 8;
  g.random_over_default = Estimate{-0.09, -0.17, -0.01};
  EXPECT_THAT(random_words(g, words), HasSubstr("has to be done properly"));
  g.random_over_default = Estimate{-0.09, -0.2, 0.02};
  EXPECT_THAT(random_words(g, words), Not(HasSubstr("properly")));
  EXPECT_THAT(random_words(g, words), HasSubstr("not shown to differ from the untuned default"));
  g.random_over_default = Estimate{0.09, 0.02, 0.16};
  EXPECT_THAT(random_words(g, words), HasSubstr("Even a random setting"));
}

TEST(GainWords, TestImagesAreJudgedByTheStudysOwnMetric) {
  Gain gain;
  gain.validation = {0.02, 0.01, 0.03};
  gain.test = Estimate{0.03, 0.01, 0.05};
  gain.pairs = 3;
  ConfirmationTable confirmation;
  EXPECT_THAT(gain_words(gain, &confirmation, "macro F1", MeasureText(true)),
              HasSubstr("; on the test images 3.00 percentage points"));
  EXPECT_THAT(gain_words(gain, &confirmation, "validation loss", MeasureText(false)),
              HasSubstr("; on the test images 0.03"));
}

}  // namespace
}  // namespace tailor
