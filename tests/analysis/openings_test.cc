// What a study's ledger says of its confirmations, and what those took.
#include "tailor/analysis/openings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tailor/analysis/compute.h"
#include "tailor/tune/training_notes.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Final runs meet the test images.
class TestedFormula : public test::Formula {
 public:
  ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                      const std::function<bool()>& stop) override {
    ObjectiveResult result = Formula::run(task, report, stop);
    if (task.repetition.final_run)
      result.notes[note_key::test] =
          test_note({{.loss = 0.3, .accuracy = 0.5, .count = 2}, {true, false}, "a1b2"});
    return result;
  }
};

TEST(Openings, TellWhoMetTheTestImages) {
  const test::TestStudy study(test::small_study());
  TestedFormula formula;
  study.run(formula);
  const auto storage = open_storage(study.url);
  Confirmation c;
  c.study = "s";
  c.candidates = {{"default", {candidate_role::untuned}, 0, {}},
                  {"trial 1", {candidate_role::leader}, 1, {{"learning_rate", "0.02"}}},
                  {"trial 2", {candidate_role::random}, 2, {{"learning_rate", "0.9"}}}};
  c.race = {.first_seeds = 3, .most_seeds = 4};
  c.final_seeds = 2;
  const StudyId id = create_study(*storage, "s.confirm", confirmation_of(test::small_study(), c, 3, 4));
  ASSERT_EQ(run_study(study.url, id, formula, {}), StudyEnd::finished);

  const auto openings = [&] { return read_openings(*storage, storage->get_study(study.id)); };
  ASSERT_EQ(openings().size(), 1U);
  EXPECT_TRUE(openings()[0].by.starts_with("s.confirm on "));
  EXPECT_FALSE(openings()[0].time.empty());
  EXPECT_THAT(openings()[0].candidates, ElementsAre("default", "trial 1"));
  EXPECT_THAT(openings()[0].seeds, ElementsAre(5, 6));
  EXPECT_EQ(openings()[0].images_hash, "a1b2");

  const ComputeItem computing = confirmation_compute(*storage, id);
  EXPECT_EQ(computing.kind, ComputeKind::confirmation);
  EXPECT_EQ(computing.trials, static_cast<int>(storage->get_trials(id).size()));
  EXPECT_EQ(computing.epochs, 9 * computing.trials);

  storage->delete_study(id);  // the ledger stands with the study itself
  ASSERT_EQ(openings().size(), 1U);
  EXPECT_THAT(openings()[0].candidates, IsEmpty());
}

TEST(Openings, NoneOfAStudyThatWasNotConfirmed) {
  const test::TestStudy study(test::small_study());
  const auto storage = open_storage(study.url);
  EXPECT_THAT(read_openings(*storage, storage->get_study(study.id)), IsEmpty());
}

}  // namespace
}  // namespace tailor
