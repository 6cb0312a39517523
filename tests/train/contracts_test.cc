// What does not fit together is one clear error at the library's edge, never a memory error.
#include <cmath>

#include "data/files.h"
#include "scratch.h"
#include "tailor/train/mistakes.h"
#include "tailor/train/model.h"
#include "train/tiny_training.h"

namespace tailor {
namespace {

using test::expect_error;

// What a Trainer takes, sound; tests spoil one thing.
struct Parts {
  Architecture architecture = test::tiny_network();
  Settings settings = default_settings(architecture);
  ImageSet images = test::tiny_images(90);
  Split split = stratified_split(images.labels, 60, 30, 1);
  TrainerOptions options;

  void refused(ExitCode code, const std::vector<std::string>& words) const {
    expect_error(code, words, [&] { Trainer(architecture, settings, images, split, options); });
  }
};

TEST(Contracts, OfATrainerHold) {
  const Parts p;
  const Trainer trainer(p.architecture, p.settings, p.images, p.split, p.options);
}

TEST(Contracts, ATrainerRefusesSettingsThatAreOutOfRange) {
  Parts p;
  p.settings.batch_size = 0;
  p.refused(ExitCode::usage, {"batch_size", "an integer from 1", "'0'"});
  p = Parts();
  p.settings.learning_rate = std::nan("");
  p.refused(ExitCode::usage, {"learning_rate", "nan"});
  p = Parts();
  p.settings.dropout[1] = 1;
  p.refused(ExitCode::usage, {"dropout_2"});
  p = Parts();
  p.settings.optimizer = "Adam";
  p.refused(ExitCode::usage, {"optimizer", "sgd", "'Adam'"});
  p = Parts();
  p.settings.predict_shift = 100000;
  p.refused(ExitCode::usage, {"predict_shift"});
  p = Parts();
  p.settings = Settings();
  p.settings.dropout = {0, 0};
  p.refused(ExitCode::usage, {"optimizer", "expected one of"});
}

TEST(Contracts, ATrainerRefusesSettingsOfAnotherArchitecture) {
  Parts p;
  p.settings = default_settings(test::tiny_normalized_network());
  p.refused(ExitCode::usage, {"1 dropout layers", "'tiny' has 2", "default_settings"});
}

TEST(Contracts, ATrainerRefusesAnArchitectureThatWasNotRead) {
  Parts p;
  p.architecture = Architecture();
  p.settings.dropout.clear();
  p.refused(ExitCode::usage, {"no layers"});
}

TEST(Contracts, ATrainerRefusesOptionsOutOfRange) {
  Parts p;
  for (const int threads : {0, -3}) {
    p.options.threads = threads;
    p.refused(ExitCode::usage, {"threads"});
  }
}

TEST(Contracts, ATrainerRefusesImagesOfAnotherShapeOrWithOtherLabels) {
  Parts p;
  p.images = test::tiny_images(90, 3);
  p.refused(ExitCode::bad_input, {"the training images", "8x8x1", "8x8x3"});
  p = Parts();
  p.images.labels[17] = 3;
  p.refused(ExitCode::bad_input, {"image 17", "from 0 to 2", "3 classes", "got 3"});
  p = Parts();
  p.images.pixels = std::vector<std::uint8_t>(10);
  p.refused(ExitCode::bad_input, {"5760 bytes", "got 10"});
}

TEST(Contracts, ATrainerRefusesASplitOfOtherImages) {
  Parts p;
  p.split.train.push_back(90);
  p.refused(ExitCode::usage, {"training part", "from 0 to 89", "got 90"});
  p = Parts();
  p.split.validation.back() = 4'000'000'000;
  p.refused(ExitCode::usage, {"validation part", "got 4000000000"});
  p = Parts();
  p.split.validation.clear();
  p.refused(ExitCode::usage, {"validation part", "at least one"});
  p = Parts();
  p.split.train.clear();
  p.refused(ExitCode::usage, {"training part", "at least one"});
}

TEST(Contracts, ATrainerHasNoConfusionBeforeItsFirstEpoch) {
  test::TinyTraining t(test::tiny_network(), {"epochs=1"});
  expect_error(ExitCode::usage, {"no epoch is finished"}, [&] { t.trainer.confusion(); });
}

struct Measuring {
  Architecture architecture = test::tiny_network();
  ImageSet images = test::tiny_images(40);
  Workers workers;
  Network network{architecture, {.max_batch = 16, .training = false}, workers};
  AlignedFloats values = AlignedFloats(network.parameters().total_floats());
  Augmenter augmenter{images.shape, {{0}, {1}}};
  Evaluator evaluator{network, augmenter, images.shape, {}, workers};
  std::vector<std::uint32_t> some = {0, 5, 39};

  Measuring() { network.use(values); }
};

TEST(Contracts, AnEvaluatorRefusesWhatItsNetworkDoesNotTake) {
  Measuring m;
  expect_error(ExitCode::usage, {"8x9x1", "8x8x1"}, [&] {
    Evaluator(m.network, m.augmenter, {8, 9, 1}, {}, m.workers);
  });
  expect_error(ExitCode::usage, {"shift"},
               [&] { Evaluator(m.network, m.augmenter, m.images.shape, {.shift = -1}, m.workers); });
  const std::vector<const std::uint8_t*> many(17, m.images.pixels.data());
  expect_error(ExitCode::usage, {"1 to 16", "got 17"}, [&] { m.evaluator.logits(many); });
  expect_error(ExitCode::usage, {"1 to 16", "got 0"}, [&] { m.evaluator.logits({}); });
}

TEST(Contracts, MeasuringRefusesImagesThatDoNotFit) {
  Measuring m;
  const auto all_refuse = [&](ExitCode code, const std::vector<std::string>& words, const ImageSet& images) {
    expect_error(code, words, [&] { m.evaluator.measure(images, m.some); });
    expect_error(code, words, [&] { m.evaluator.predict(images, m.some); });
  };
  ImageSet other = m.images;
  other.labels[39] = 3;
  all_refuse(ExitCode::bad_input, {"image 39", "got 3"}, other);
  all_refuse(ExitCode::bad_input, {"8x8x1", "8x8x3"}, test::tiny_images(40, 3));
  m.some.push_back(40);
  all_refuse(ExitCode::usage, {"from 0 to 39", "got 40"}, m.images);
  m.some.clear();
  all_refuse(ExitCode::usage, {"at least one"}, m.images);
}

TEST(Contracts, AModelWithoutItsValuesIsNotWritten) {
  Model model;
  model.architecture = test::tiny_network();
  model.values.resize(3);
  expect_error(ExitCode::usage, {"values of 'tiny'", "got 3"},
               [&] { write_model(scratch("unwritten.safetensors"), model); });
}

}  // namespace
}  // namespace tailor
