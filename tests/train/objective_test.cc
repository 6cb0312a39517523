// What a training looks at on its validation images: the best epoch and patience follow it, and the temperature is kept.
#include <gtest/gtest.h>

#include "scratch.h"
#include "tailor/base/error.h"
#include "tailor/train/measuring/metric_estimate.h"
#include "tailor/train/model.h"
#include "tailor/train/predictor.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

using test::tiny_images;
using test::tiny_network;
using test::TinyTraining;

// Validation images of unequal classes, on which metrics disagree.
ImageSet unequal_images() {
  ImageSet images = tiny_images(150);
  for (std::size_t i = 0; i < images.count(); ++i)
    if (images.labels[i] == 2 && i % 2 == 0) images.labels[i] = 1;
  return images;
}

const std::vector<std::string> jumpy = {"epochs=12", "batch_size=10", "learning_rate=0.03"};

TEST(Objective, TheBestEpochIsTheOneThatIsBestByIt) {
  for (const MetricInfo& m : metrics) {
    TinyTraining t(tiny_network(), jumpy, {.metric = m.metric}, unequal_images());
    t.trainer.run();
    const EpochMetrics* best = nullptr;
    for (const EpochMetrics& epoch : t.trainer.history())
      if (best == nullptr ||
          (m.maximize ? epoch.objective > best->objective : epoch.objective < best->objective) ||
          (epoch.objective == best->objective && epoch.validation.loss < best->validation.loss))
        best = &epoch;
    EXPECT_EQ(t.trainer.best_epoch(), best->epoch) << m.name;
    const MetricEstimate again = estimate(m.metric, t.trainer.predictions());
    EXPECT_NEAR(again.value, best->objective, 1e-9) << m.name;
    EXPECT_NEAR(again.error, best->objective_error, 1e-9) << m.name;
  }
}

TEST(Objective, ChangesNoWeights) {
  TinyTraining accuracy(tiny_network(), jumpy), loss(tiny_network(), jumpy, {.metric = Metric::loss});
  accuracy.trainer.run(), loss.trainer.run();
  EXPECT_EQ(accuracy.trainer.weights_hash(), loss.trainer.weights_hash());
}

TEST(Objective, PatienceFollowsIt) {
  // The loss of a network that is pulled towards zero rises while accuracy stays as it was.
  const std::vector<std::string> settings = {"epochs=30", "patience=3", "learning_rate=0.05",
                                             "batch_size=30"};
  TinyTraining t(tiny_network(), settings, {.metric = Metric::loss});
  ASSERT_EQ(t.trainer.run(), TrainingEnd::patience);
  const auto& history = t.trainer.history();
  const auto best = static_cast<std::size_t>(t.trainer.best_epoch()) - 1;
  EXPECT_EQ(history.size(), best + 1 + 3);
  for (std::size_t i = best + 1; i < history.size(); ++i)
    EXPECT_GE(history[i].validation.loss, history[best].validation.loss);
}

TEST(Objective, IsKeptByACheckpointAndAnotherOneIsAnotherTraining) {
  const std::filesystem::path file = scratch("objective.safetensors");
  std::vector<std::string> settings = jumpy;
  settings.emplace_back("temperature_scaling=true");
  TinyTraining whole(tiny_network(), settings, {.metric = Metric::macro_f1});
  whole.trainer.run();
  TinyTraining first(tiny_network(), settings, {.metric = Metric::macro_f1, .checkpoint = file});
  first.trainer.run({}, 5);
  TinyTraining rest(tiny_network(), settings, {.metric = Metric::macro_f1, .checkpoint = file});
  rest.trainer.resume();
  rest.trainer.run();
  ASSERT_EQ(rest.trainer.history().size(), whole.trainer.history().size());
  EXPECT_EQ(rest.trainer.best_epoch(), whole.trainer.best_epoch());
  for (std::size_t i = 0; i < rest.trainer.history().size(); ++i) {
    EXPECT_EQ(rest.trainer.history()[i].objective, whole.trainer.history()[i].objective);
    EXPECT_EQ(rest.trainer.history()[i].temperature, whole.trainer.history()[i].temperature);
  }
  TinyTraining other(tiny_network(), settings, {.metric = Metric::auc, .checkpoint = file});
  EXPECT_THROW(other.trainer.resume(), Error);
}

TEST(Objective, AnAreaNeedsTwoClasses) {
  ImageSet images = tiny_images(90);
  Split split = stratified_split(images.labels, 60, 30, 1);
  std::erase_if(split.validation, [&](std::uint32_t i) { return images.labels[i] != 1; });
  const Architecture architecture = tiny_network();
  const Settings settings = test::tiny_settings(architecture, {"epochs=1"});
  Trainer(architecture, settings, images, split, {.metric = Metric::macro_f1});
  try {
    Trainer(architecture, settings, images, split, {.metric = Metric::auc});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_NE(std::string(error.what()).find("of class 1"), std::string::npos) << error.what();
  }
}

TEST(Temperature, IsMeasuredWithKeptInTheModelAndUsedByPredictions) {
  std::vector<std::string> settings = jumpy;
  TinyTraining plain(tiny_network(), settings);
  settings.emplace_back("temperature_scaling=true");
  TinyTraining scaled(tiny_network(), settings);
  plain.trainer.run(), scaled.trainer.run();
  EXPECT_EQ(plain.trainer.weights_hash(), scaled.trainer.weights_hash());
  for (std::size_t i = 0; i < plain.trainer.history().size(); ++i) {
    const EpochMetrics &before = plain.trainer.history()[i], &after = scaled.trainer.history()[i];
    EXPECT_EQ(before.temperature, 1);
    EXPECT_EQ(before.validation.accuracy, after.validation.accuracy);
    EXPECT_LE(after.validation.loss, before.validation.loss + 1e-6);
  }
  ASSERT_NE(scaled.trainer.temperature(), 1);
  Model model{scaled.architecture, scaled.trainer.normalization(), {}, {"a", "b", "c"}, false,
              black_ground,        scaled.trainer.best_values()};
  model.temperature = scaled.trainer.temperature();
  write_model(scratch("scaled.safetensors"), model);
  Predictor predictor(read_model(scratch("scaled.safetensors")));
  const Predictions said = scaled.trainer.predictions();
  for (std::size_t i = 0; i < 5; ++i) {
    const std::vector<float> p = predictor.predict(scaled.images.image(scaled.split.validation[i]));
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(p[c], std::exp(said.of(i)[c] - log_sum_exp(said.of(i))), 1e-5);
  }
}

}  // namespace
}  // namespace tailor
