// The objective of real studies: what a trial reports and notes, and when the test images are opened.
#include "tailor/tune/objective/training_objective.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "scratch.h"
#include "tailor/base/file.h"
#include "tailor/base/memory.h"
#include "tailor/nn/kernels/bf16/bf16.h"
#include "tailor/train/fold_trainer.h"
#include "tailor/train/trainer.h"
#include "tailor/train/training_memory.h"
#include "tailor/tune/objective/training_notes.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

struct Tiny {
  ImageSet images = test::tiny_images(90);
  ImageSet sealed = test::tiny_images(40, 1, 8);
  StudyDefinition definition;
  int opened = 0, written_down = 0;
  std::function<void()> writing = [] {};
  std::unique_ptr<TrainingObjective> objective;
  std::vector<double> values;

  explicit Tiny(bool open_test = true, int folds = 0) {
    definition.architecture = test::tiny_network();
    definition.data = folds > 0 ? study_data("tiny", images, make_folds(images, folds, 1, ""))
                                : study_data("tiny", images, stratified_split(images.labels, 60, 30, 1));
    definition.budget.epochs = 4;
    definition.confirmation.emplace().open_test = open_test;
    const auto read = [this] {
      ++opened;
      return sealed;
    };
    const auto write = [this](const ImageSet& set) {
      EXPECT_EQ(set.content_hash, sealed.content_hash);
      writing();
      ++written_down;
    };
    objective = std::make_unique<TrainingObjective>(definition, images, SealedImages{read, write});
  }

  Settings settings() const {
    return test::tiny_settings(definition.architecture, {"epochs=4", "batch_size=20", "learning_rate=0.01"});
  }

  ObjectiveResult run(const Repetition& repetition, int from = 0, int to = 4,
                      const std::filesystem::path& checkpoint = {}) {
    values.clear();
    const auto report = [this](int, double value) {
      values.push_back(value);
      return true;
    };
    return objective->run({settings(), repetition, from, to, checkpoint}, report, [] { return false; });
  }
};

TEST(TrainingObjective, NotesTheHistoryThatATrainerHas) {
  Tiny tiny;
  const ObjectiveResult result = tiny.run({.seed = 7});
  EXPECT_EQ(result.end, ObjectiveEnd::complete);
  EXPECT_EQ(result.notes.size(), 2u);
  const MetricsNote metrics_kept = read_metrics(result.notes);
  EXPECT_NEAR((*metrics_kept.validation)[static_cast<std::size_t>(Metric::accuracy)].value,
              tiny.values.back(), 1e-6);
  EXPECT_FALSE(metrics_kept.test);
  const Split split = stratified_split(tiny.images.labels, 60, 30, 1);
  Trainer trainer(tiny.definition.architecture, tiny.settings(), tiny.images, split, {.seed = 7});
  trainer.run();
  const std::vector<EpochMetrics> noted = read_history(result.notes);
  ASSERT_EQ(noted.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(noted[i].epoch, static_cast<int>(i) + 1);
    EXPECT_NEAR(noted[i].train.loss, trainer.history()[i].train.loss, 1e-6);
    EXPECT_NEAR(noted[i].validation.accuracy, trainer.history()[i].validation.accuracy, 1e-6);
    EXPECT_EQ(tiny.values[i], trainer.history()[i].validation.accuracy);
    EXPECT_EQ(noted[i].train.count, 60);
    EXPECT_EQ(noted[i].validation.count, 30);
    EXPECT_EQ(noted[i].train_sample.count, 0) << "not measured";
  }
}

TEST(TrainingObjective, AResumedTrialNotesAllOfItsHistory) {
  Tiny tiny;
  const auto checkpoint = scratch("objective.safetensors");
  const ObjectiveResult whole = tiny.run({.seed = 7});
  EXPECT_EQ(tiny.run({.seed = 7}, 0, 2, checkpoint).end, ObjectiveEnd::paused);
  const ObjectiveResult resumed = tiny.run({.seed = 7}, 2, 4, checkpoint);
  EXPECT_EQ(tiny.values.size(), 2u);
  EXPECT_EQ(resumed.notes, whole.notes);
}

TEST(TrainingObjective, AMachineWithoutMatrixTilesRefusesAStudyInBf16AtOnce) {
  Tiny tiny;
  tiny.definition.fixed = {{"precision", "bf16"}};
  kernels::pretend_without_bf16(true);
  EXPECT_THROW(TrainingObjective(tiny.definition, tiny.images), Error);
  kernels::pretend_without_bf16(false);
}

TEST(TrainingObjective, AFinalRunKeepsWhatTestImagesContributeToTheStudysMetric) {
  Tiny tiny;
  EXPECT_THAT(read_test(tiny.run({.seed = 1, .final_run = true}).notes)->values, testing::IsEmpty())
      << "of accuracy `right` tells all";
  tiny.definition.measure = Measure::validation_loss;
  TrainingObjective objective(tiny.definition, tiny.images,
                              SealedImages{[&] { return tiny.sealed; }, [](const auto&) {}});
  const ObjectiveResult result = objective.run(
      {tiny.settings(), {.seed = 1, .final_run = true}, 0, 4, {}}, [](int, double) { return true; },
      [] { return false; });
  const TestNote test = read_test(result.notes).value();
  EXPECT_EQ(test.metric, Metric::loss);
  ASSERT_EQ(test.values.size(), 40u);
  EXPECT_NEAR(std::accumulate(test.values.begin(), test.values.end(), 0.0) / 40, test.score.loss, 1e-4);
}

TEST(TrainingObjective, OnlyFinalRunsMeetTheTestImagesAndTheyAreReadOnce) {
  Tiny tiny;
  tiny.run({.seed = 1});
  EXPECT_EQ(tiny.opened, 0);
  const ObjectiveResult final = tiny.run({.seed = 1, .final_run = true});
  const double reported = tiny.values.back();
  tiny.run({.seed = 2, .final_run = true});
  EXPECT_EQ(tiny.opened, 1);
  EXPECT_EQ(tiny.written_down, 1);
  const auto test = read_test(final.notes);
  ASSERT_TRUE(test);
  EXPECT_EQ(test->score.count, 40);
  const MetricsNote metrics_kept = read_metrics(final.notes);
  constexpr auto accuracy = static_cast<std::size_t>(Metric::accuracy);
  EXPECT_NEAR((*metrics_kept.test)[accuracy].value, test->score.accuracy, 1e-6);
  EXPECT_NEAR((*metrics_kept.validation)[accuracy].value, reported, 1e-6);
  EXPECT_EQ(test->images_hash, tiny.sealed.content_hash);
  EXPECT_GT(test->score.accuracy, 0.4);
  ASSERT_EQ(test->right.size(), 40u);
  EXPECT_NEAR(static_cast<double>(std::count(test->right.begin(), test->right.end(), true)) / 40,
              test->score.accuracy, 1e-9);
  ASSERT_EQ(test->validation_right.size(), 30u);
  EXPECT_NEAR(
      static_cast<double>(std::count(test->validation_right.begin(), test->validation_right.end(), true)) /
          30,
      reported, 1e-9);
  const auto mistakes = read_mistakes(final.notes);
  ASSERT_TRUE(mistakes);
  std::int64_t right = 0, all = 0;
  for (int a = 0; a < 3; ++a) {
    right += mistakes->confusion.at(a, a);
    for (int b = 0; b < 3; ++b) all += mistakes->confusion.at(a, b);
  }
  EXPECT_EQ(all, 30) << "validation images";
  EXPECT_NEAR(static_cast<double>(right) / 30, reported, 1e-9) << "of other weights";
  EXPECT_GT(read_history(final.notes).back().train_sample.count, 0);
}

// The trial is not to blame: it goes on once the images can be read, or written down, again.
TEST(TrainingObjective, AnOpeningThatFailsEndsTheWorkerAndIsNotWrittenDown) {
  Tiny tiny;
  const ImageSet good = tiny.sealed;
  tiny.sealed = test::tiny_images(40, 2, 8);
  EXPECT_THROW(tiny.run({.seed = 1, .final_run = true}), WorkerError);
  EXPECT_EQ(tiny.written_down, 0);
  tiny.sealed = good;
  tiny.writing = [] { throw failure("disk full"); };
  EXPECT_THROW(tiny.run({.seed = 1, .final_run = true}), WorkerError);
  tiny.writing = [] {};
  EXPECT_TRUE(read_test(tiny.run({.seed = 1, .final_run = true}).notes));
  EXPECT_EQ(tiny.written_down, 1);
}

TEST(TrainingObjective, ASealedConfirmationMeasuresValidationImagesAlone) {
  Tiny tiny(false);
  const ObjectiveResult final = tiny.run({.seed = 1, .final_run = true});
  EXPECT_EQ(tiny.opened, 0);
  EXPECT_FALSE(read_test(final.notes));
  EXPECT_TRUE(read_mistakes(final.notes));
}

TEST(TrainingObjective, ASplitOfItsOwnChangesTheResult) {
  Tiny tiny;
  tiny.run({.seed = 1});
  const std::vector<double> plain = tiny.values;
  tiny.run({.seed = 1, .split_seed = 1});
  EXPECT_EQ(tiny.values, plain) << "the study's own";
  tiny.run({.seed = 1, .split_seed = 5});
  EXPECT_NE(tiny.values, plain);
}

// A study's result must not hang on the trials that a machine has room for: asked for before any begins.
TEST(TrainingObjective, AsksForTheLargestTrainingThatTheStudyMayMake) {
  Tiny tiny;
  StudyDefinition d = tiny.definition;
  d.confirmation.reset();
  d.budget.epochs = 4;
  const auto largest = [&] { return largest_training(d); };
  EXPECT_EQ(largest().bytes, training_bytes(d.architecture, d.untuned(), 60, 30));
  const std::uint64_t plain = largest().bytes;
  d.space = Space(
      {{"batch_size", {Distribution::Kind::integer, 16, 4096, 1, true}},
       {"optimizer",
        {.kind = Distribution::Kind::categorical, .choices = {std::string("sgd"), std::string("adam")}}}});
  EXPECT_EQ(largest().batch_size, 4096);
  EXPECT_GT(largest().bytes, 10 * plain);
  Settings most = d.untuned();
  most.batch_size = 4096;
  EXPECT_EQ(largest().bytes, training_bytes(d.architecture, most, 60, 30))
      << "adam, which keeps two values for each";

  const TrainingObjective objective(d, tiny.images);
  pretend_memory_room(3 * largest().bytes + 100);
  EXPECT_EQ(objective.tasks_with_room(), 3);
  objective.check_room(3);
  test::expect_error(ExitCode::failed,
                     {"4 trainings at once of up to 4096 images a batch", "--jobs 3", "batch_size"},
                     [&] { objective.check_room(4); });
  pretend_memory_room(largest().bytes - 1);
  test::expect_error(ExitCode::failed, {"a training of up to 4096", "another machine"},
                     [&] { objective.check_room(1); });
  pretend_memory_room(std::nullopt);
}

TEST(TrainingObjective, AConfirmationAsksForItsLargestCandidate) {
  Tiny tiny;
  Candidate small, large;
  large.settings = {{"batch_size", "2048"}};
  tiny.definition.confirmation->candidates = {small, large};
  EXPECT_EQ(largest_training(tiny.definition).batch_size, 2048);
}

TEST(TrainingObjective, SaysThatACheckpointIsDamagedAndStartsOver) {
  Tiny tiny;
  std::vector<std::string> said;
  tiny.objective = std::make_unique<TrainingObjective>(
      tiny.definition, tiny.images, SealedImages{}, [&](const std::string& text) { said.push_back(text); });
  const auto checkpoint = scratch("damaged.safetensors");
  tiny.run({.seed = 7}, 0, 4);
  const std::vector<double> whole = tiny.values;
  EXPECT_EQ(tiny.run({.seed = 7}, 0, 2, checkpoint).end, ObjectiveEnd::paused);
  std::filesystem::resize_file(checkpoint, std::filesystem::file_size(checkpoint) - 1);
  EXPECT_TRUE(said.empty());
  EXPECT_EQ(tiny.run({.seed = 7}, 2, 4, checkpoint).end, ObjectiveEnd::complete);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], testing::HasSubstr(checkpoint.string()));
  EXPECT_THAT(said[0], testing::HasSubstr("starts over"));
  EXPECT_EQ(tiny.values, (std::vector<double>{whole[2], whole[3]}));
}

TEST(TrainingObjective, WithFoldsReportsOneValueForAllImages) {
  Tiny tiny(true, 3);
  const ObjectiveResult result = tiny.run({.seed = 7});
  EXPECT_EQ(result.end, ObjectiveEnd::complete);
  const Folds folds = make_folds(tiny.images, 3, 1, "");
  FoldTrainer trainer(tiny.definition.architecture, tiny.settings(), tiny.images, folds, {.seed = 7});
  trainer.run();
  ASSERT_EQ(tiny.values.size(), 4u);
  const std::vector<EpochMetrics> noted = read_history(result.notes);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(tiny.values[i], trainer.history()[i].validation.accuracy);
    EXPECT_EQ(noted[i].validation.count, 90);
    EXPECT_EQ(noted[i].train.count, 180);
  }
  EXPECT_EQ(tiny.opened, 0);
  EXPECT_EQ(tiny.objective->images_trained(), 4 * 180);
  const double mean = tiny.values.back();
  tiny.run({.seed = 7, .split_seed = 9});
  EXPECT_NE(tiny.values.back(), mean) << "other folds";
}

TEST(TrainingObjective, ATrialWithFoldsGoesOnWhereItWasOrStartsOver) {
  Tiny tiny(true, 3);
  const auto checkpoint = scratch("objective-folds");
  std::filesystem::remove_all(checkpoint);
  const ObjectiveResult whole = tiny.run({.seed = 7, .final_run = true});
  const auto in_parts = [&](const std::function<void()>& between) {
    std::filesystem::remove_all(checkpoint);
    EXPECT_EQ(tiny.run({.seed = 7, .final_run = true}, 0, 2, checkpoint).end, ObjectiveEnd::paused);
    between();
    return tiny.run({.seed = 7, .final_run = true}, 2, 4, checkpoint).notes;
  };
  EXPECT_EQ(in_parts([] {}), whole.notes);
  EXPECT_EQ(in_parts([&] { write_file(checkpoint / "fold-2.safetensors", "broken"); }), whole.notes);
  EXPECT_EQ(in_parts([&] { write_file(checkpoint / "folds.safetensors", "broken"); }), whole.notes);
}

TEST(TrainingObjective, AFinalRunWithFoldsTestsOneNetworkOfAllImages) {
  Tiny tiny(true, 3);
  const ObjectiveResult final = tiny.run({.seed = 7, .split_seed = 9, .final_run = true});
  const auto mistakes = read_mistakes(final.notes);
  ASSERT_TRUE(mistakes);
  EXPECT_EQ(std::accumulate(mistakes->confusion.counts.begin(), mistakes->confusion.counts.end(), 0), 90);
  const auto test = read_test(final.notes);
  ASSERT_TRUE(test);
  EXPECT_EQ(test->validation_right.size(), 90u);
  const Split all = all_images(tiny.images, 1);
  Trainer trainer(tiny.definition.architecture, final_settings(tiny.settings()), tiny.images, all,
                  {.seed = 7, .all_images = true});
  trainer.run();
  Workers workers(1);
  Network network(tiny.definition.architecture,
                  {.max_batch = measuring_batch(tiny.definition.architecture), .training = false}, workers);
  network.use(trainer.final_values());
  const Augmenter plain(tiny.images.shape, trainer.normalization(), {});
  Evaluator evaluator(network, plain, tiny.images.shape, {}, workers);
  std::vector<std::uint32_t> indices(tiny.sealed.count());
  std::iota(indices.begin(), indices.end(), 0u);
  EXPECT_EQ(evaluator.measure(tiny.sealed, indices).loss, test->score.loss);
  Tiny closed(false, 3);
  EXPECT_FALSE(read_test(closed.run({.seed = 7, .final_run = true}).notes));
}

TEST(TrainingObjective, FoldsTakeAsManyTimesTheMemoryAndMustBeTheStudys) {
  Tiny tiny(true, 3);
  StudyDefinition one = tiny.definition;
  one.data.folds = 0;
  EXPECT_EQ(largest_training(tiny.definition).bytes, 3 * largest_training(one).bytes);
  StudyDefinition other = tiny.definition;
  other.data.folds = 4;
  EXPECT_THROW(TrainingObjective(other, tiny.images), Error);
}

}  // namespace
}  // namespace tailor
