// A training that takes milliseconds: 8x8 images of three kinds of stripes under noise, and a network small
// enough to learn them in a few steps. The tests of the training loop share it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/data/image_set.h"
#include "tailor/data/split.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/train/recipe.h"
#include "tailor/train/trainer.h"

namespace tailor::test {

// Label 0 is lying stripes, 1 standing, 2 a checkerboard, all with random phase and noise: no single pixel
// tells the class.
inline ImageSet tiny_images(std::size_t count, int channels = 1, std::uint64_t seed = 3) {
  ImageSet set;
  set.shape = {8, 8, channels};
  std::vector<std::uint8_t> pixels;
  set.content_hash = "tiny " + std::to_string(count) + " " + std::to_string(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const Key key = Key(seed).with(i);
    const int label = static_cast<int>(i % 3), phase = static_cast<int>(key.below(0, 2));
    set.labels.push_back(static_cast<std::uint16_t>(label));
    for (int y = 0; y < 8; ++y)
      for (int x = 0; x < 8; ++x)
        for (int c = 0; c < channels; ++c) {
          const int place = label == 0 ? y : label == 1 ? x : x + y;
          const int number = (y * 8 + x) * channels + c;
          const double noise = key.with(1).uniform(static_cast<std::uint64_t>(number));
          pixels.push_back(static_cast<std::uint8_t>(100 * noise + 155 * ((place + phase) % 2)));
        }
  }
  set.pixels = std::move(pixels);
  return set;
}

inline Architecture tiny_network() {
  return parse_architecture(R"(name = "tiny"
input = [8, 8, 1]
classes = 3
layer = [
  {type = "conv2d", filters = 6, kernel = 3, activation = "relu"},
  {type = "max_pool", size = 2},
  {type = "dropout", rate = 0.1},
  {type = "flatten"},
  {type = "dense", units = 12, activation = "relu"},
  {type = "dropout", rate = 0.2},
  {type = "dense", units = 3},
])",
                            "tiny.toml", {.binding = false});
}

// Running statistics are a part of the state that is not learned.
inline Architecture tiny_normalized_network() {
  return parse_architecture(R"(name = "normalized"
input = [8, 8, 1]
classes = 3
layer = [
  {type = "conv2d", filters = 6, kernel = 3, bias = false},
  {type = "batch_norm"},
  {type = "relu"},
  {type = "dropout", rate = 0.1},
  {type = "global_average_pool"},
  {type = "dense", units = 3},
])",
                            "normalized.toml", {.binding = false});
}

// Layers that matrix tiles take.
inline Architecture tiny_network_for_tiles() {
  return parse_architecture(R"(name = "tiles"
input = [8, 8, 1]
classes = 3
layer = [
  {type = "conv2d", filters = 16, kernel = 3, activation = "relu"},
  {type = "conv2d", filters = 32, kernel = 3, padding = 1, activation = "relu"},
  {type = "max_pool", size = 2},
  {type = "dropout", rate = 0.1},
  {type = "flatten"},
  {type = "dense", units = 32, activation = "relu"},
  {type = "dense", units = 3},
])",
                            "tiles.toml", {.binding = false});
}

inline Settings tiny_settings(const Architecture& architecture, const std::vector<std::string>& overrides) {
  return resolve_settings(architecture, std::nullopt, overrides).settings;
}

// Everything that a training keeps or draws from chance.
inline const std::vector<std::string> everything_on = {
    "epochs=3",           "batch_size=24",       "learning_rate=0.01", "schedule=cosine", "warmup_epochs=0.5",
    "weight_average=0.9", "label_smoothing=0.1", "clip_norm=1",        "flip=0.5",        "shift=1",
    "rotation=10",        "erasing=0.3",         "erasing_area=0.2",   "noise=0.05",      "mixup=0.3",
    "cutmix=0.3",         "predict_flip=true"};

// Owns what a Trainer borrows.
struct TinyTraining {
  Architecture architecture;
  Settings settings;
  ImageSet images;
  Split split;
  TrainerOptions options;
  Trainer trainer;

  TinyTraining(Architecture of, const std::vector<std::string>& overrides, const TrainerOptions& how = {},
               ImageSet from = tiny_images(90), std::size_t train_images = 60)
      : architecture(std::move(of)),
        settings(tiny_settings(architecture, overrides)),
        images(std::move(from)),
        split(stratified_split(images.labels, train_images, images.count() - train_images, 1)),
        options(how),
        trainer(architecture, settings, images, split, options) {}
};

}  // namespace tailor::test
