// What a cross-validated training says of trainings like it. Used by `tailor train --folds`.
#pragma once

#include <span>

#include "tailor/analysis/estimate.h"

namespace tailor {

// The mean of two folds' values or more, with the interval of Nadeau & Bengio (Machine Learning 52 (2003) 239): each fold
// has 1 / (K - 1) as many validation as training images, and since folds share the latter, the mean's variance is not
// s² / K but (1 / K + 1 / (K - 1)) s². It is of training with other seeds and other images of the same kind; rather too wide.
Estimate fold_interval(std::span<const double> values);

}  // namespace tailor
