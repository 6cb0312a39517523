// What augmentations cost: the time of bringing an image into the network's input under each of them, and that time's share of
// a training step, on one core. Steps and augmentations take turns, so that a change of the machine's speed meets all.
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tailor/base/aligned.h"
#include "tailor/base/random.h"
#include "tailor/math/quantiles.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/trainer.h"

namespace tailor {
namespace {

constexpr int batch = 128, steps = 3;  // of an epoch

struct Recipe {
  const char* name;
  std::vector<std::string> settings;
  bool colour = false;
};

const std::vector<Recipe> recipes = {
    {"none", {}},
    {"flip", {"flip=0.5"}},
    {"vertical flip", {"vertical_flip=0.5"}},
    {"shift", {"shift=4"}},
    {"rotation", {"rotation=15"}},
    {"scale, shear", {"scale=0.1", "shear=10"}},
    {"crop", {"crop_area=0.3"}},
    {"erasing", {"erasing=1"}},
    {"brightness, contrast", {"brightness=0.2", "contrast=0.2"}},
    {"noise", {"noise=0.05"}},
    {"saturation", {"saturation=0.4"}, true},
    {"hue", {"hue=20"}, true},
    {"grey", {"grey=0.2"}, true},
    {"TrivialAugment", {"trivial_augment=true"}},
    {"mixup", {"mixup=0.2"}},
    {"cutmix", {"cutmix=1"}},
    {"shift, flip, erasing", {"shift=4", "flip=0.5", "erasing=0.25"}},
    {"shift, flip, jitter, erasing",
     {"shift=4", "flip=0.5", "brightness=0.2", "contrast=0.2", "saturation=0.2", "hue=10", "erasing=0.25"}},
    {"crop, flip, TrivialAugment, erasing",
     {"crop_area=0.3", "flip=0.5", "trivial_augment=true", "erasing=0.25"}},
    {"crop, flip, jitter, erasing",
     {"crop_area=0.3", "flip=0.5", "brightness=0.2", "contrast=0.2", "saturation=0.2", "hue=10",
      "erasing=0.25"}},
};

ImageSet random_images(const Shape& shape) {
  const std::size_t count = static_cast<std::size_t>(batch * steps) + 10;
  ImageSet set{shape, {}, {}, "random", {}, {}};
  std::vector<std::uint8_t> pixels(count * shape.size());
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(mask_bits(7, static_cast<std::uint32_t>(i)));
  set.pixels = std::move(pixels);
  for (std::size_t i = 0; i < count; ++i) set.labels.push_back(static_cast<std::uint16_t>(i % 10));
  return set;
}

double now() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Case {
  Case(const Recipe& what, const Settings& defaults, const ImageSet& set, const Split& split,
       Workers& workers)
      : recipe(what),
        settings([&] {
          Settings s = defaults;
          for (const std::string& setting : what.settings) {
            const std::size_t sign = setting.find('=');
            tailor::set(s, setting.substr(0, sign), setting.substr(sign + 1));
          }
          return s;
        }()),
        augmenter(set.shape, make_normalization("standard", set, split.train), augmentation(settings)),
        loader(set, split.train, settings, augmenter, Key(1), workers) {}

  // Microseconds for an image of an epoch.
  double measure(int epoch, float* input) {
    loader.start_epoch(epoch);
    const double start = now();
    for (int step = 0; step < steps; ++step) loader.load(step, input);
    return (now() - start) / (batch * steps);
  }

  const Recipe& recipe;
  const Settings settings;
  const Augmenter augmenter;
  BatchLoader loader;
  std::vector<double> times{};
};

void compare(const std::string& network, const Shape& shape, int rounds) {
  const ImageSet set = random_images(shape);
  const Split split = stratified_split(set.labels, static_cast<std::size_t>(batch * steps), 10, 1);
  const Architecture architecture = find_architecture(network, {shape, 10});
  Settings settings = default_settings(architecture);
  settings.batch_size = batch;
  settings.epochs = rounds;
  Trainer trainer(architecture, settings, set, split, {.measure_sample = false});
  Workers workers(1);
  AlignedFloats input(static_cast<std::size_t>(batch) * shape.size());
  std::vector<std::unique_ptr<Case>> cases;
  for (const Recipe& recipe : recipes)
    if (!recipe.colour || shape.channels == 3)
      cases.push_back(std::make_unique<Case>(recipe, settings, set, split, workers));

  std::vector<double> step_times;
  for (int round = 1; round <= rounds; ++round) {
    double last = 0;  // the epoch's first step is not counted
    trainer.run({.step =
                     [&](std::int64_t, std::int64_t) {
                       const double time = now();
                       if (last > 0) step_times.push_back((time - last) / batch);
                       last = time;
                     }},
                round);
    for (const auto& each : cases) each->times.push_back(each->measure(round, input.data()));
  }
  const double step = median(step_times);
  std::printf("\n%s, %dx%dx%d: a step takes %.1f microseconds for each image (batch %d)\n\n", network.c_str(),
              shape.height, shape.width, shape.channels, step, batch);
  std::printf("| augmentation | microseconds | of a step |\n| --- | ---: | ---: |\n");
  for (const auto& each : cases) {
    const double time = median(each->times);
    std::printf("| %s | %.2f | %.1f %% |\n", each->recipe.name, time, 100 * time / step);
  }
  std::fflush(stdout);
}

}  // namespace
}  // namespace tailor

int main(int argc, char** argv) {
  CLI::App app{"Prints what each augmentation costs, alone and as a share of a training step."};
  int rounds = 15;
  app.add_option("--rounds", rounds, "Of steps and augmentations")
      ->capture_default_str()
      ->check(CLI::Range(2, 1000));
  CLI11_PARSE(app, argc, argv);
  try {
    const tailor::ComputeScope scope;
    tailor::compare("mnist_cnn", {28, 28, 1}, rounds);
    tailor::compare("resnet20", {32, 32, 3}, rounds);
    tailor::compare("resnet20", {64, 64, 3}, rounds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "augmentation: %s\n", error.what());
    return 1;
  }
}
