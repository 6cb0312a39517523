// What a study's ledger says of its confirmations, and what those took.
#include "tailor/analysis/openings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"
#include "tailor/analysis/compute.h"
#include "tailor/tune/confirm/test_ledger.h"
#include "tailor/tune/objective/training_notes.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
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
  const ImagesLedger account(scratch("openings.jsonl"));
  EXPECT_FALSE(opened_before(*storage, id, account));
  const ImageSet images{{1, 1, 1}, {1, 2}, {0, 1}, "a1b2"};
  const auto record = [&](StudyId confirmation) {
    ImagesOpening o;
    storage->transaction(
        [&] { o = record_test_opening(*storage, confirmation, c, "tailor confirm", images); });
    account.record(o);
  };
  record(id);

  const auto openings = [&] { return read_openings(*storage, storage->get_study(study.id), account); };
  ASSERT_EQ(openings().size(), 1U);
  EXPECT_TRUE(openings()[0].by.starts_with("s.confirm on "));
  EXPECT_FALSE(openings()[0].time.empty());
  EXPECT_THAT(openings()[0].candidates, ElementsAre("default", "trial 1"));
  EXPECT_THAT(openings()[0].seeds, ElementsAre(5, 6));
  EXPECT_EQ(openings()[0].images_hash, "a1b2");
  EXPECT_FALSE(openings()[0].elsewhere);
  EXPECT_THAT(opened_before(*storage, id, account).value().openings, IsEmpty());

  const ComputeItem computing = runs_compute(*storage, ComputeKind::confirmation, std::vector{id});
  EXPECT_EQ(computing.kind, ComputeKind::confirmation);
  EXPECT_EQ(computing.trials, static_cast<int>(storage->get_trials(id).size()));
  EXPECT_EQ(computing.epochs, 9 * computing.trials);

  storage->delete_study(id);  // the ledger stands with the study itself
  ASSERT_EQ(openings().size(), 1U);
  EXPECT_THAT(openings()[0].candidates, IsEmpty());

  // What others did with the same images counts, with other images not.
  ImagesOpening other{.time = "2026-01-01T00:00:00.000000Z",
                      .test_hash = "a1b2",
                      .command = "tailor evaluate --test",
                      .study = {},
                      .confirmation = {},
                      .run = "/runs/first",
                      .host = "here",
                      .images = 2};
  account.record(other);
  other.test_hash = "c3d4";
  other.time = "2026-01-02T00:00:00.000000Z";
  account.record(other);
  ASSERT_EQ(openings().size(), 2U);
  EXPECT_EQ(openings()[0].by, "run /runs/first on here");
  EXPECT_EQ(openings()[0].time, "2026-01-01 00:00:00.000000");
  EXPECT_TRUE(openings()[0].elsewhere);
  const StudyId again = create_study(*storage, "s.confirm-2", confirmation_of(test::small_study(), c, 3, 4));
  record(again);
  EXPECT_EQ(opened_before(*storage, again, account).value().openings.size(), 2U);
  EXPECT_EQ(openings().size(), 3U);
  // A study's own openings count even where the account's file was lost.
  std::filesystem::remove(account.file());
  EXPECT_EQ(opened_before(*storage, again, account).value().openings.size(), 1U);
  EXPECT_THAT(opened_before(*storage, again, account).value().openings[0].by(),
              HasSubstr("s.confirm of study s"));
}

TEST(Openings, NoneOfAStudyThatWasNotConfirmed) {
  const test::TestStudy study(test::small_study());
  const auto storage = open_storage(study.url);
  EXPECT_THAT(read_openings(*storage, storage->get_study(study.id), ImagesLedger(scratch("none.jsonl"))),
              IsEmpty());
}

}  // namespace
}  // namespace tailor
