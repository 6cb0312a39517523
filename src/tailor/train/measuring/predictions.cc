#include "tailor/train/measuring/predictions.h"

#include <algorithm>
#include <cmath>

namespace tailor {

int predicted_class(std::span<const float> logits) {
  return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

namespace {

// Of exp(logit - the highest one).
double sum_below_highest(std::span<const float> logits, float highest) {
  double sum = 0;
  for (const float x : logits) sum += std::exp(static_cast<double>(x - highest));
  return sum;
}

}  // namespace

double log_sum_exp(std::span<const float> logits) {
  const float highest = *std::max_element(logits.begin(), logits.end());
  return highest + std::log(sum_below_highest(logits, highest));
}

Confusion confusion_of(const Predictions& p) {
  Confusion confusion = empty_confusion(p.classes);
  for (std::size_t i = 0; i < p.count(); ++i)
    ++confusion.counts[static_cast<std::size_t>(p.labels[i]) * static_cast<std::size_t>(p.classes) +
                       static_cast<std::size_t>(predicted_class(p.of(i)))];
  return confusion;
}

Score score_of(const Predictions& p) {
  double sum = 0, squares = 0, right = 0;
  for (std::size_t i = 0; i < p.count(); ++i) {
    const double loss = loss_of(p, i);
    sum += loss, squares += loss * loss;
    right += predicted_class(p.of(i)) == p.labels[i];
  }
  const auto n = static_cast<double>(p.count());
  const double mean = sum / n;
  return {mean, right / n, static_cast<std::int64_t>(p.count()),
          n < 2 ? 0 : std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1))};
}

void divide_logits(Predictions& p, double temperature) {
  const auto factor = static_cast<float>(1 / temperature);
  for (float& x : p.logits) x *= factor;
}

double loss_of(const Predictions& p, std::size_t image) {
  const std::span<const float> row = p.of(image);
  return log_sum_exp(row) - row[static_cast<std::size_t>(p.labels[image])];
}

double stated_probability(std::span<const float> logits) {
  return 1 / sum_below_highest(logits, *std::max_element(logits.begin(), logits.end()));
}

std::vector<ClassCounts> count_classes(const Predictions& p) {
  std::vector<ClassCounts> counts(static_cast<std::size_t>(p.classes));
  for (std::size_t i = 0; i < p.count(); ++i) {
    const auto c = static_cast<std::size_t>(p.labels[i]),
               k = static_cast<std::size_t>(predicted_class(p.of(i)));
    counts[c].images += 1, counts[k].predicted += 1, counts[c].hits += c == k;
  }
  return counts;
}

double classes_with_images(std::span<const ClassCounts> counts) {
  return static_cast<double>(
      std::count_if(counts.begin(), counts.end(), [](const ClassCounts& c) { return c.images > 0; }));
}

}  // namespace tailor
