#include "tailor/report/provenance_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tailor {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Environment a{"0.2.0", "0123456789ab", "AVX-512", "AMD EPYC", "node1"},
    b{"0.2.0", "0123456789ab", "AVX2", "Xeon", "node2"},
    other_build{"0.2.0", "ba9876543210", "AVX-512", "AMD EPYC", "node1"};

StudyProvenance of(int on_a, int on_b) {
  StudyProvenance p{.trials = on_a + on_b};
  if (on_a > 0) p.instruction_sets.emplace_back("AVX-512", on_a);
  if (on_b > 0) p.instruction_sets.emplace_back("AVX2", on_b);
  p.builds.emplace_back(build_text(a), p.trials);
  return p;
}

TEST(ProvenanceWords, ThatAllIsOfOneKindNeedsNoWords) {
  EXPECT_THAT(provenance_sentences({}, "study"), IsEmpty());
  EXPECT_THAT(provenance_sentences(of(5, 0), "study"), IsEmpty());
  EXPECT_THAT(joining_warnings({}, a, "study"), IsEmpty());
  EXPECT_THAT(joining_warnings(of(5, 0), a, "study"), IsEmpty());
  EXPECT_THAT(beginning_warnings(of(5, 0), a, "confirmation"), IsEmpty());
  EXPECT_THAT(resuming_warnings({{a, 1}}, a, 3), IsEmpty());
  EXPECT_THAT(resuming_warnings({}, a, 0), IsEmpty());
}

TEST(ProvenanceWords, SayWhatWasMixed) {
  StudyProvenance mixed = of(1234, 1);
  mixed.continued = {3};
  EXPECT_THAT(
      provenance_sentences(mixed, "study"),
      ElementsAre(
          "The study was computed on several instruction sets, AVX-512 (1,234 trials) and AVX2 (1 trial): "
          "it cannot be repeated bit for bit. "
          "Trial 3 was continued on another one than it began on."));
  StudyProvenance builds = of(5, 0);
  builds.builds.emplace_back(build_text(other_build), 2);
  EXPECT_THAT(provenance_sentences(builds, "spread experiment"),
              ElementsAre(AllOf(HasSubstr("spread experiment was computed by several builds"),
                                HasSubstr("ba9876543210 (2 trials)"))));
  StudyProvenance older = of(5, 0);
  older.trials = 8, older.not_recorded = 3;
  EXPECT_THAT(provenance_sentences(older, "study"),
              ElementsAre(HasSubstr("computed 3 of the study's 8 trials is not recorded")));
  EXPECT_EQ(continued_text({1, 2}), "Trials 1 and 2 were continued on another one than they began on.");
  EXPECT_EQ(
      continued_text({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}),
      "Trials 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more were continued on another one than they began on.");
}

TEST(ProvenanceWords, AWorkerThatJoinsIsToldOfOthers) {
  EXPECT_THAT(
      joining_warnings(of(5, 0), b, "study"),
      ElementsAre(
          AllOf(HasSubstr("warning: the trials of the study so far were computed on AVX-512, and this worker "
                          "computes on AVX2."),
                HasSubstr("stays"), HasSubstr("bit for bit"))));
  EXPECT_THAT(joining_warnings(of(5, 2), a, "study"),
              ElementsAre(HasSubstr("on AVX-512 and AVX2, and this worker")));
  EXPECT_THAT(joining_warnings(of(5, 0), other_build, "confirmation"),
              ElementsAre(HasSubstr(
                  "of the confirmation so far were computed by tailor 0.2.0, commit 0123456789ab; this is "
                  "tailor 0.2.0, commit ba9876543210.")));
  StudyProvenance older{.trials = 4, .not_recorded = 4};
  EXPECT_THAT(joining_warnings(older, a, "study"),
              ElementsAre(HasSubstr("the 4 trials of the study so far is not recorded")));
  EXPECT_THAT(beginning_warnings(of(5, 0), b, "confirmation"),
              ElementsAre(HasSubstr("its confirmation begins on AVX2")));
}

TEST(ProvenanceWords, SoIsATrainingThatIsResumed) {
  EXPECT_THAT(
      resuming_warnings({{a, 1}}, b, 3),
      ElementsAre(HasSubstr(
          "warning: up to epoch 3 this training was computed on AVX-512; from here on it is on AVX2.")));
  EXPECT_THAT(resuming_warnings({{b, 1}, {a, 2}}, a, 3),
              ElementsAre(HasSubstr("computed on AVX-512 and AVX2; from here")));
  EXPECT_THAT(resuming_warnings({{a, 1}}, other_build, 0),
              ElementsAre(HasSubstr("note: so far this training was computed by")));
  EXPECT_THAT(resuming_warnings({{}}, a, 3), ElementsAre(HasSubstr("not recorded")));
}

}  // namespace
}  // namespace tailor
