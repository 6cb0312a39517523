// What a network says of images whose classes are known: all metrics are made of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tailor/train/measuring/score.h"

namespace tailor {

struct Predictions {
  int classes = 0;
  std::vector<std::int32_t> labels;  // [image]
  std::vector<float> logits;         // [image][class]; the network's output before soft-max, finite

  std::size_t count() const { return labels.size(); }
  std::span<const float> of(std::size_t image) const {
    const auto n = static_cast<std::size_t>(classes);
    return {logits.data() + image * n, n};
  }
};

// The class with the highest logit, the first of equals.
int predicted_class(std::span<const float> logits);
// The logarithm of the soft-max's denominator.
double log_sum_exp(std::span<const float> logits);

Confusion confusion_of(const Predictions& predictions);

// Mean loss and accuracy of at least one image.
Score score_of(const Predictions& predictions);

// All logits divided by `temperature`, above 0: the same classes are predicted, with other probabilities.
void divide_logits(Predictions& predictions, double temperature);

// The image's cross-entropy, in nats.
double loss_of(const Predictions& predictions, std::size_t image);
// Of the predicted class.
double stated_probability(std::span<const float> logits);

// Of one class: images that have it, that are predicted to, and both.
struct ClassCounts {
  double images = 0, predicted = 0, hits = 0;

  double recall() const { return hits / images; }
  double either() const { return images + predicted - hits; }
};
std::vector<ClassCounts> count_classes(const Predictions& predictions);
// How many of them have images.
double classes_with_images(std::span<const ClassCounts> counts);

}  // namespace tailor
