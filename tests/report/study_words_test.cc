// What a study's sentences may claim: that a difference was not found is no finding.
#include "tailor/report/study_words.h"

#include <gmock/gmock.h>

namespace tailor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string first_sentence(const Findings& findings) {
  return answer_sentences(StudyTable{}, findings, nullptr).front();
}

TEST(StudyWords, AGainIsClaimedOnlyWhereItsIntervalLeavesOutZero) {
  Findings f;
  f.gain = Gain{.validation = {0.003, 0.001, 0.005}, .pairs = 5};
  EXPECT_THAT(first_sentence(f), HasSubstr("tuning gained 0.30"));
  f.gain->validation = {0.001, -0.002, 0.004};
  EXPECT_THAT(first_sentence(f), HasSubstr("no gain is shown: 0.10"));
  EXPECT_THAT(first_sentence(f), Not(HasSubstr("gained")));
}

TEST(StudyWords, AClaimIsNotConfirmedByAnIntervalThatHoldsZero) {
  Findings f;
  f.optimism = Optimism{.claimed = 0.94, .optimism = Estimate{0.001, -0.003, 0.005}};
  const std::string open = answer_sentences(StudyTable{}, f, nullptr).back();
  EXPECT_THAT(open, HasSubstr("the seeds do not tell"));
  f.optimism->optimism = Estimate{0.004, 0.001, 0.007};
  EXPECT_THAT(answer_sentences(StudyTable{}, f, nullptr).back(), HasSubstr("was 0.40"));
}

}  // namespace
}  // namespace tailor
