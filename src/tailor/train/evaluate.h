// Measuring and predicting with fixed weights: no augmentation, no dropout, running batch statistics.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "tailor/data/augment.h"
#include "tailor/data/image_set.h"
#include "tailor/nn/network.h"
#include "tailor/train/measuring/predictions.h"
#include "tailor/train/metrics.h"
#include "tailor/train/settings.h"

namespace tailor {

// The views of an image whose logits are averaged at prediction: shifts of -n … n pixels on each axis, each
// also mirrored. A single view is the image itself.
struct Views {
  bool flip = false;
  int shift = 0;

  int count() const { return (flip ? 2 : 1) * (2 * shift + 1) * (2 * shift + 1); }
};

inline constexpr int most_view_shift = 64;  // pixels: (2 * 64 + 1)^2 views of each image

inline Views views(const Settings& settings) { return {settings.predict_flip, settings.predict_shift}; }

// How many images to measure at once: 128, as measuring is slow in tiny batches, or as many as keep all
// feature maps within 512 MiB. A function of the architecture alone, since the last digits of a mean loss
// hang on it.
int measuring_batch(const Architecture& architecture);
// Of a network that measures or predicts, so many images at once.
PlanOptions measuring_plan(const Architecture& architecture);

// Predicts with the arena that the network was last given.
class Evaluator {
 public:
  // All are borrowed. A usage error if the network takes another shape, or the views are out of range.
  Evaluator(Network& network, const Augmenter& augmenter, const Shape& shape, const Views& views,
            Workers& workers);

  // From now on images are varied at random, as the augmenter does it in training, each time anew. A mistake
  // in measuring, here to show what it does to the numbers.
  void vary(Key key) { variation_ = key; }

  // From now on logits are divided by this, above 0; at first it is 1.
  void use_temperature(double temperature);

  // Logits [images.size()][classes], averaged over the views, of 1 to network.max_batch() images, each
  // [height][width][channels] bytes. Valid until the next call.
  const float* logits(std::span<const std::uint8_t* const> images);

  // Mean loss and accuracy over images.image(i) for i in `indices`, at least one; adds to `predictions` if
  // given. Bad input if the images do not fit the network. `stop` is asked between batches: true ends it
  // there, and the score's count tells.
  Score measure(const ImageSet& images, std::span<const std::uint32_t> indices,
                Predictions* predictions = nullptr, const std::function<bool()>& stop = nullptr);

  // What the network says of these images, at least one.
  Predictions predict(const ImageSet& images, std::span<const std::uint32_t> indices);

 private:
  void load(std::span<const std::uint8_t* const> images, bool flip, int down, int right);

  Network& network_;
  const Augmenter& augmenter_;
  Shape shape_;
  Views views_;
  Workers& workers_;
  std::optional<Key> variation_;
  std::uint64_t varied_ = 0;  // images so far
  double temperature_ = 1;
  std::vector<float> sum_;
  std::vector<const std::uint8_t*> batch_;
  std::vector<std::int32_t> labels_;
};

}  // namespace tailor
