#include "tailor/train/measuring/predictions.h"

#include <algorithm>
#include <cmath>

namespace tailor {

int predicted_class(std::span<const float> logits) {
  return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

double log_sum_exp(std::span<const float> logits) {
  const float most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float x : logits) sum += std::exp(static_cast<double>(x - most));
  return most + std::log(sum);
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
    const std::span<const float> row = p.of(i);
    const double loss = log_sum_exp(row) - row[static_cast<std::size_t>(p.labels[i])];
    sum += loss, squares += loss * loss;
    right += predicted_class(row) == p.labels[i];
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

std::vector<std::int64_t> class_counts(const Predictions& p) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(p.classes));
  for (const std::int32_t label : p.labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

}  // namespace tailor
