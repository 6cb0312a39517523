#include "tailor/analysis/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/statistics.h"
#include "tailor/math/quantiles.h"
#include "tailor/tune/study/study_summary.h"

namespace tailor {

std::vector<std::size_t> resample(std::size_t count, Key key) {
  std::vector<std::size_t> places(count);
  for (std::size_t i = 0; i < count; ++i) places[i] = static_cast<std::size_t>(key.below(i, count));
  return places;
}

std::vector<double> bootstrap(std::size_t count, int replicates, Key key, const Statistic& statistic) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(replicates));
  for (int r = 0; r < replicates; ++r)
    values.push_back(statistic(resample(count, key.with(static_cast<std::uint64_t>(r)))));
  return values;
}

Estimate percentile_interval(double estimate, std::vector<double> replicates) {
  std::erase_if(replicates, [](double v) { return !std::isfinite(v); });
  if (replicates.size() < 2) return {.estimate = estimate};
  std::sort(replicates.begin(), replicates.end());
  return {estimate, quantile(replicates, 0.5 - confidence / 2), quantile(replicates, 0.5 + confidence / 2)};
}

}  // namespace tailor
