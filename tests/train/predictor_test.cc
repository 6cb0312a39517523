// Predicting: probabilities of each image, whatever the batch, and pictures of any size.
#include "tailor/train/predictor.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/files.h"
#include "tailor/data/pictures/fit.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

Model trained(const ImageSet& images) {
  const Split split = stratified_split(images.labels, 48, 12, 0);
  const Architecture architecture = test::tiny_network();
  const Settings settings =
      resolve_settings(architecture, nullptr, {"epochs=8", "batch_size=8", "learning_rate=0.01"}).settings;
  Trainer trainer(architecture, settings, images, split, {.seed = 1});
  trainer.run();
  return {.architecture = architecture,
          .normalization = trainer.normalization(),
          .views = {},
          .class_names = {"lying", "standing", "checkered"},
          .values = trainer.best_values()};
}

TEST(Predictor, SeesWhatItWasTrainedFor) {
  const ImageSet images = test::tiny_images(60), others = test::tiny_images(30, 1, 4);
  Predictor predictor(trained(images));
  const std::vector<float> p = predictor.predict(others.pixels);
  ASSERT_EQ(p.size(), 30U * 3);
  int right = 0;
  for (std::size_t i = 0; i < others.count(); ++i) {
    const auto row = p.begin() + static_cast<std::ptrdiff_t>(3 * i);
    EXPECT_NEAR(std::accumulate(row, row + 3, 0.0), 1, 1e-5);
    right += std::max_element(row, row + 3) - row == others.labels[i];
  }
  EXPECT_GT(right, 25);
}

TEST(Predictor, NeitherThreadsNorBatchesChangeWhatItSees) {
  const ImageSet images = test::tiny_images(60);
  const Model model = trained(images);
  const std::vector<float> whole = Predictor(model).predict(images.pixels);
  EXPECT_EQ(Predictor(model, {.threads = 3}).predict(images.pixels), whole);
  std::vector<std::size_t> done;
  const std::vector<float> parts =
      Predictor(model, {.batch = 7}).predict(images.pixels, [&](std::size_t n) { done.push_back(n); });
  EXPECT_THAT(parts, ::testing::Pointwise(::testing::FloatNear(1e-6f), whole));  // sums in another order
  EXPECT_EQ(done, (std::vector<std::size_t>{7, 14, 21, 28, 35, 42, 49, 56, 60}));
}

TEST(Predictor, FitsPicturesAndRefusesParts) {
  const ImageSet images = test::tiny_images(60);
  Predictor predictor(trained(images));
  const Picture wide{{8, 20, 3}, std::vector<std::uint8_t>(480, 90)};
  EXPECT_EQ(predictor.predict(wide), predictor.predict(fit_picture(wide, {8, 8, 1}, Fit::pad).pixels));
  test::expect_error(ExitCode::usage, {"whole images of 64 bytes", "65"},
                     [&] { predictor.predict(std::vector<std::uint8_t>(65)); });
  const Picture cut{{8, 20, 3}, std::vector<std::uint8_t>(479, 90)};
  test::expect_error(ExitCode::usage, {"480 bytes", "479"}, [&] { predictor.predict(cut); });
  EXPECT_TRUE(predictor.predict(std::vector<std::uint8_t>()).empty());
}

TEST(Predictor, RefusesAModelThatContradictsItselfAndOptionsOutOfRange) {
  Model model = trained(test::tiny_images(60));
  test::expect_error(ExitCode::usage, {"max_batch"}, [&] { Predictor(model, {.batch = 0}); });
  test::expect_error(ExitCode::usage, {"threads"}, [&] { Predictor(model, {.threads = 0}); });
  model.normalization.mean.push_back(0);
  test::expect_error(ExitCode::usage, {"a mean and a deviation"}, [&] { Predictor{model}; });
  model.normalization.mean.pop_back();
  model.values.pop_back();
  test::expect_error(ExitCode::usage, {"values of this architecture"}, [&] { Predictor{model}; });
}

}  // namespace
}  // namespace tailor
