#include "tailor/analysis/fold_interval.h"

#include <cmath>

#include "tailor/analysis/statistics.h"

namespace tailor {

Estimate fold_interval(std::span<const double> values) {
  const auto folds = static_cast<double>(values.size());
  return t_interval(mean(values), std::sqrt(variance(values) * (1 / folds + 1 / (folds - 1))), folds - 1);
}

}  // namespace tailor
