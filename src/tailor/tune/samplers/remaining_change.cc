#include "tailor/tune/samplers/remaining_change.h"

#include <algorithm>
#include <cmath>

#include "tailor/math/quantiles.h"

namespace tailor {

double RemainingChange::after(std::size_t epoch) {
  const auto [known, is_new] = known_.try_emplace(epoch);
  if (!is_new) return known->second;
  std::vector<double> changes;
  for (const auto& [curve, result] : complete_) {
    if (epoch > 0 && curve.size() >= epoch && std::isfinite(result - curve[epoch - 1]))
      changes.push_back(result - curve[epoch - 1]);
  }
  std::sort(changes.begin(), changes.end());
  if (!changes.empty()) known->second = quantile(changes, 0.5);
  return known->second;
}

}  // namespace tailor
