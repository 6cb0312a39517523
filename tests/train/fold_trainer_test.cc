// Cross-validated training: judged together, going on bit for bit, whatever was lost.
#include "tailor/train/fold_trainer.h"

#include <numeric>

#include <gmock/gmock.h>

#include "scratch.h"
#include "tailor/base/memory.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

struct Tiny {
  Architecture architecture = test::tiny_network();
  Settings settings;
  ImageSet images = test::tiny_images(90);
  Folds folds = make_folds(images, 3, 5, "");
  TrainerOptions options;
  FoldTrainer trainer;

  explicit Tiny(const std::vector<std::string>& overrides, const TrainerOptions& how = {.seed = 4})
      : settings(test::tiny_settings(architecture, overrides)),
        options(how),
        trainer(architecture, settings, images, folds, options) {}
};

const std::vector<std::string> usual = {"epochs=4", "batch_size=20", "learning_rate=0.01", "schedule=cosine"};

void expect_same(FoldTrainer& a, FoldTrainer& b) {
  ASSERT_EQ(a.history().size(), b.history().size());
  for (std::size_t i = 0; i < a.history().size(); ++i) {
    EXPECT_EQ(a.history()[i].train.loss, b.history()[i].train.loss);
    EXPECT_EQ(a.history()[i].validation.loss, b.history()[i].validation.loss);
    EXPECT_EQ(a.history()[i].objective, b.history()[i].objective);
    EXPECT_EQ(a.history()[i].temperature, b.history()[i].temperature);
  }
  EXPECT_EQ(a.best_epoch(), b.best_epoch());
  EXPECT_EQ(a.best_predictions().logits, b.best_predictions().logits);
  EXPECT_EQ(a.last_predictions().logits, b.last_predictions().logits);
}

TEST(FoldTrainer, JudgesEachImageByTheNetworkThatDidNotSeeIt) {
  Tiny tiny(usual);
  EXPECT_EQ(tiny.trainer.run(), TrainingEnd::finished);
  ASSERT_EQ(tiny.trainer.history().size(), 4u);
  const Predictions last = tiny.trainer.last_predictions();
  ASSERT_EQ(last.count(), 90u);
  Score train;
  for (std::size_t f = 0; f < 3; ++f) {
    Trainer alone(tiny.architecture, tiny.settings, tiny.images, tiny.folds.splits[f],
                  {.seed = Key(std::uint64_t{4}).with(Purpose::trial).with(Purpose::split).bits(f) >> 11});
    alone.run();
    const Predictions part = alone.last_predictions(), of_all = by_fold(last, tiny.folds)[f];
    EXPECT_EQ(part.logits, of_all.logits);
    EXPECT_EQ(part.labels, of_all.labels);
    train.loss += alone.history().back().train.loss / 3;
  }
  const EpochMetrics& epoch = tiny.trainer.history().back();
  EXPECT_EQ(epoch.epoch, 4);
  EXPECT_EQ(epoch.validation.count, 90);
  EXPECT_EQ(epoch.validation.accuracy, score_of(last).accuracy);
  EXPECT_EQ(epoch.objective, epoch.validation.accuracy);
  EXPECT_EQ(epoch.train.count, 180);
  EXPECT_NEAR(epoch.train.loss, train.loss, 1e-12);
  EXPECT_GT(epoch.validation.accuracy, 0.5);
}

TEST(FoldTrainer, GoesOnBitForBitFromAnyStep) {
  const std::vector<std::string> settings = [] {
    std::vector<std::string> all = test::everything_on;
    all.emplace_back("temperature_scaling=true");
    return all;
  }();
  Tiny whole(settings, {.seed = 4, .metric = Metric::macro_f1});
  whole.trainer.run();
  EXPECT_NE(whole.trainer.temperature(), 1);
  for (const int steps : {1, 4, 5, 8, 12, 20, 26}) {
    const auto folder = scratch("folds");
    std::filesystem::remove_all(folder);
    const TrainerOptions kept{.seed = 4, .metric = Metric::macro_f1, .checkpoint = folder};
    int asked = 0;
    {
      Tiny first(settings, kept);
      EXPECT_EQ(first.trainer.run({.stop = [&] { return ++asked > steps; }}), TrainingEnd::interrupted);
    }
    Tiny second(settings, kept);
    ASSERT_TRUE(second.trainer.can_resume());
    second.trainer.resume();
    EXPECT_EQ(second.trainer.run(), TrainingEnd::finished);
    expect_same(second.trainer, whole.trainer);
  }
}

TEST(FoldTrainer, CatchesUpWhereTheLastProcessEndedBetweenCheckpoints) {
  Tiny whole(usual);
  whole.trainer.run();
  const auto folder = scratch("folds"), old = scratch("old");
  const TrainerOptions kept{.seed = 4, .checkpoint = folder};
  const auto after = [&](int epochs) {
    std::filesystem::remove_all(folder);
    Tiny(usual, kept).trainer.run({}, epochs);
  };
  const auto goes_on = [&] {
    Tiny tiny(usual, kept);
    tiny.trainer.resume();
    tiny.trainer.run();
    expect_same(tiny.trainer, whole.trainer);
  };
  after(1);
  std::filesystem::remove_all(old);
  std::filesystem::copy(folder, old);
  after(2);  // all folds are ahead
  std::filesystem::copy_file(old / "folds.safetensors", folder / "folds.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  goes_on();
  after(3);  // one is behind, one is lost
  std::filesystem::copy_file(old / "fold-2.safetensors", folder / "fold-2.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(folder / "fold-3.safetensors");
  goes_on();
  after(3);  // two epochs ahead: never so by itself
  std::filesystem::copy_file(old / "folds.safetensors", folder / "folds.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW(Tiny(usual, kept).trainer.resume(), Error);
  Tiny other({"epochs=4", "batch_size=20", "learning_rate=0.02"}, kept);
  EXPECT_THROW(other.trainer.resume(), Error);
}

TEST(FoldTrainer, PatienceAndTheBestEpochAreOfAllFoldsTogether) {
  Tiny tiny({"epochs=40", "batch_size=20", "learning_rate=0.03", "patience=2"},
            {.seed = 4, .metric = Metric::loss});
  EXPECT_EQ(tiny.trainer.run(), TrainingEnd::patience);
  const std::vector<EpochMetrics>& history = tiny.trainer.history();
  EXPECT_EQ(std::ssize(history), tiny.trainer.best_epoch() + 2);
  for (const EpochMetrics& m : history)
    EXPECT_GE(m.objective, history[static_cast<std::size_t>(tiny.trainer.best_epoch()) - 1].objective);
  EXPECT_EQ(score_of(tiny.trainer.best_predictions()).accuracy,
            history[static_cast<std::size_t>(tiny.trainer.best_epoch()) - 1].validation.accuracy);
}

TEST(FoldTrainer, TheFinalNetworkTrainsOnAllImagesWithoutValidation) {
  Tiny tiny({"epochs=3", "batch_size=20", "patience=1", "temperature_scaling=true"});
  const Split all = all_images(tiny.images, 1);
  EXPECT_EQ(all.train.size(), 90u);
  Trainer trainer(tiny.architecture, final_settings(tiny.settings), tiny.images, all, {.all_images = true});
  EXPECT_EQ(trainer.run(), TrainingEnd::finished);
  EXPECT_EQ(trainer.best_epoch(), 3);
  EXPECT_EQ(trainer.history().back().validation.count, 0);
  EXPECT_EQ(trainer.history().back().train.count, 90);
  EXPECT_EQ(trainer.best_values(), trainer.measured_values());
  EXPECT_THROW(trainer.predictions(), Error);
  EXPECT_THROW(
      Trainer(tiny.architecture, tiny.settings, tiny.images, tiny.folds.splits[0], {.all_images = true}),
      Error);
}

TEST(FoldTrainer, SaysWhichFoldDivergedAndWhatDoesNotFit) {
  // Weights grow by a factor of -99 with each step.
  Tiny tiny({"epochs=20", "batch_size=20", "learning_rate=100", "weight_decay=1", "optimizer=sgd"});
  EXPECT_THAT([&] { tiny.trainer.run(); },
              testing::ThrowsMessage<DivergedError>(testing::StartsWith("fold 1 of 3: training diverged")));
  pretend_memory_room(1000);
  EXPECT_THROW(Tiny{usual}, MemoryError);
  pretend_memory_room(std::nullopt);
}

}  // namespace
}  // namespace tailor
