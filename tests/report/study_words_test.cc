// What a study's sentences may claim: that a difference was not found is no finding.
#include "tailor/report/study_words.h"

#include <gmock/gmock.h>

#include "tailor/report/figures_words.h"
#include "tailor/report/gain_words.h"
#include "tailor/report/spread_words.h"

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

TEST(StudyWords, HowLikelyTheRecommendationIsAmongTheBestIsSaidInEveryCase) {
  Findings f;
  f.recommendation = Recommendation{.trial = 7, .reports = 1, .mean = -0.94};
  const auto said = [&] { return answer_sentences(StudyTable{}, f, nullptr); };
  EXPECT_THAT(said(),
              ::testing::Contains(HasSubstr("How likely trial 7 is truly among the best settings tried "
                                            "cannot be told")));
  EXPECT_THAT(said(), ::testing::Contains(HasSubstr("`tailor confirm`")));
  f.recommendation->odds = RecommendationOdds{.noise_sd = 0.0013, .best = 0.71, .near_best = most_sure};
  f.gain = Gain{PairedGain{.validation = {0.003, 0.001, 0.005}, .pairs = 5}};  // confirmed
  EXPECT_THAT(said(), ::testing::Contains(HasSubstr("vary by 0.13 points")));
  EXPECT_THAT(said(),
              ::testing::Contains(HasSubstr("probability of at least 95 % no setting that was trained to its "
                                            "end is truly better by more than that, with at least 71 %")));
  f.recommendation->odds = RecommendationOdds{.noise_sd = 0.0013, .best = 0.999, .near_best = 0.9};
  EXPECT_THAT(said(), ::testing::Contains(HasSubstr("of at least 90 % no setting")));
  EXPECT_THAT(said(), ::testing::Contains(HasSubstr("with at least 99 %")));
}

TEST(StudyWords, ImportanceSaysOnWhichTrialsItRests) {
  Spread s;
  s.values.count = 21;
  EXPECT_EQ(importance_sentence(s), "Learnt from 21 trials that were trained to the end.");
  s.cut_short = {{3, 60}, {9, 19}};
  s.chosen = true;
  const std::string survivors = importance_sentence(s);
  EXPECT_THAT(survivors, HasSubstr("79 that were cut short are left out"));
  EXPECT_THAT(survivors, HasSubstr("not over the whole space"));
  s.predicted = 79;
  EXPECT_THAT(importance_sentence(s), HasSubstr("and the predicted final values of 79 of the 79"));
  EXPECT_THAT(importance_sentence(s), Not(HasSubstr("whole space")));
}

TEST(FiguresWords, SayWhatTheirIntervalsAreFor) {
  FourFigures f;
  f.test_accuracy = Figure{{0.9, 0.8, 1}};
  EXPECT_THAT(figures_words(f), HasSubstr("other seeds alone"));
  EXPECT_THAT(figures_words(f), Not(HasSubstr("other images")));
  f.test_accuracy->other_images = true;
  EXPECT_THAT(figures_words(f), HasSubstr("other seeds and other images"));
}

TEST(FiguresWords, TheDefaultsLossIsCalledAWeakBaseline) {
  LossBaseline b{9, {0.22, 0.21, 0.23}, {0.26, 0.25, 0.27}, {0.16, 0.15, 0.17}, {0.06, 0.05, 0.07}};
  EXPECT_THAT(loss_words(b), HasSubstr("best after 9 epochs: its validation loss is 0.2200"));
  EXPECT_THAT(loss_words(b), HasSubstr("lower than the default's lowest by 0.0600"));
  b.gain = {0.01, -0.01, 0.03};
  EXPECT_THAT(loss_words(b), HasSubstr("not shown to differ"));
  b.gain = {-0.06, -0.07, -0.05};
  EXPECT_THAT(loss_words(b), HasSubstr("higher than the default's lowest by 0.0600 (95 % interval 0.0500"));
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
