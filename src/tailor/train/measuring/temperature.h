// Temperature scaling: one number that makes stated probabilities fit (Guo et al., ICML 2017).
#pragma once

#include "tailor/train/measuring/predictions.h"

namespace tailor {

inline constexpr double least_temperature = 0.05, most_temperature = 20;

// The temperature by which logits are to be divided so that the mean loss of these images is lowest, within the bounds
// above. At least one image.
double best_temperature(const Predictions& predictions);

}  // namespace tailor
