// What a network gets wrong, and how sure it is of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tailor/train/measuring/predictions.h"

namespace tailor {

// A misjudged image.
struct Mistake {
  std::uint32_t image = 0;  // its index in the image set
  int label = 0, predicted = 0;
  double probability = 0;  // of what was predicted
};

struct Mistakes {
  Confusion confusion;
  std::vector<Mistake> hardest;  // the surest mistakes first, at most `most_hardest`
};
inline constexpr std::size_t most_hardest = 24;

// Whether each of the images is judged right.
std::vector<bool> judge(const Predictions& predictions);

// `indices`: of the images that the predictions are of, in their order.
Mistakes find_mistakes(const Predictions& predictions, std::span<const std::uint32_t> indices);

}  // namespace tailor
