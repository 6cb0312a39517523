#include "tailor/train/mistakes.h"

#include <algorithm>

namespace tailor {

std::vector<bool> judge(const Predictions& predictions) {
  std::vector<bool> right;
  for (std::size_t i = 0; i < predictions.count(); ++i)
    right.push_back(predicted_class(predictions.of(i)) == predictions.labels[i]);
  return right;
}

Mistakes find_mistakes(const Predictions& predictions, std::span<const std::uint32_t> indices) {
  Mistakes result{confusion_of(predictions), {}};
  for (std::size_t i = 0; i < predictions.count(); ++i) {
    const int label = predictions.labels[i], predicted = predicted_class(predictions.of(i));
    if (predicted != label)
      result.hardest.push_back({indices[i], label, predicted, stated_probability(predictions.of(i))});
  }
  std::stable_sort(result.hardest.begin(), result.hardest.end(),
                   [](const Mistake& a, const Mistake& b) { return a.probability > b.probability; });
  if (result.hardest.size() > most_hardest) result.hardest.resize(most_hardest);
  return result;
}

}  // namespace tailor
