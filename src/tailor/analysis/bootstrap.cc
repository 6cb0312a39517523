#include "tailor/analysis/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/statistics.h"
#include "tailor/math/normal.h"
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

Estimate bca_interval(double estimate, std::vector<double> replicates, std::span<const double> jackknife) {
  std::erase_if(replicates, [](double v) { return !std::isfinite(v); });
  if (replicates.size() < 2) return {.estimate = estimate};
  std::sort(replicates.begin(), replicates.end());
  const auto count = static_cast<double>(replicates.size());
  const auto [below, above] = std::equal_range(replicates.begin(), replicates.end(), estimate);
  const double lower = static_cast<double>(below - replicates.begin()),
               ties = static_cast<double>(above - below);
  const double bias = normal_quantile(std::clamp((lower + ties / 2) / count, 0.5 / count, 1 - 0.5 / count));
  const double center = mean(jackknife);
  double squares = 0, cubes = 0;
  for (const double v : jackknife) {
    squares += (center - v) * (center - v);
    cubes += std::pow(center - v, 3);
  }
  const double acceleration = squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
  const auto bound = [&](double p) {
    const double z = bias + normal_quantile(p);
    return quantile(replicates, normal_cdf(bias + z / (1 - acceleration * z)));
  };
  return {estimate, bound(0.5 - confidence / 2), bound(0.5 + confidence / 2)};
}

}  // namespace tailor
