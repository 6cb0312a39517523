#include "tailor/analysis/best_of_n.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/bootstrap.h"
#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

// P(the best of n drawn without replacement from N is the i-th, ascending), i = 1 … N: C(i-1, n-1) / C(N, n).
std::vector<double> weights(std::size_t count, int n) {
  std::vector<double> w(count, 0.0);
  const auto total = static_cast<double>(count);
  double weight = n / total;  // of the largest
  for (std::size_t i = count; i >= static_cast<std::size_t>(n); --i) {
    w[i - 1] = weight;
    const auto below = static_cast<double>(i) - 1;
    weight *= below > 0 ? (below - n + 1) / below : 0;
  }
  return w;
}

std::vector<double> ascending_merit(std::span<const double> results, bool maximize) {
  std::vector<double> values(results.begin(), results.end());
  for (double& v : values) v = maximize ? v : -v;
  std::sort(values.begin(), values.end());
  return values;
}

double weighted(const std::vector<double>& values, const std::vector<double>& w) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * w[i];
  return sum;
}

}  // namespace

double expected_best(std::span<const double> results, bool maximize, int n) {
  const double best = weighted(ascending_merit(results, maximize), weights(results.size(), n));
  return maximize ? best : -best;
}

Estimate expected_best_interval(std::span<const double> results, bool maximize, int n) {
  const std::vector<double> values = ascending_merit(results, maximize);
  const double estimate = weighted(values, weights(values.size(), n));
  // The distribution behind the results is somewhere near them: its steps between sorted results are uniform
  // on the simplex (the Bayesian bootstrap, Rubin, Ann. Statist. 9 (1981) 130).
  constexpr int replicates = 1000;
  const Key key = Key(0).with(Purpose::resampling);
  std::vector<double> draws(replicates), steps(values.size());
  double center = 0;
  for (int r = 0; r < replicates; ++r) {
    const Key own = key.with(static_cast<std::uint64_t>(r));
    double total = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) total += steps[i] = -std::log1p(-own.uniform(i));
    double below = 0, sum = 0, power = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      below += steps[i] / total;
      const double next = std::pow(std::min(below, 1.0), n);
      sum += (next - power) * values[i];
      power = next;
    }
    center += draws[static_cast<std::size_t>(r)] = sum;
  }
  center /= replicates;
  for (double& d : draws) d += estimate - center;
  const Estimate e = percentile_interval(estimate, draws);
  return maximize ? e : Estimate{-e.estimate, -e.high, -e.low};
}

std::optional<BestOfN> best_of_n(std::span<const double> results, bool maximize, double tolerance) {
  const int most = static_cast<int>(results.size() / 3);
  if (most < 2) return std::nullopt;
  BestOfN curve{.independent_trials = static_cast<int>(results.size()), .tolerance = tolerance};
  constexpr int points = 40;
  for (int k = 0; k < points; ++k) {
    const int n = static_cast<int>(std::lround(std::pow(most, k / (points - 1.0))));
    if (!curve.n.empty() && n <= curve.n.back()) continue;
    curve.n.push_back(n);
    curve.best.push_back(expected_best_interval(results, maximize, n));
  }
  const double last = curve.best.back().estimate;
  for (std::size_t i = 0; i + 1 < curve.n.size() && !curve.enough; ++i)
    if (std::abs(last - curve.best[i].estimate) <= tolerance) curve.enough = curve.n[i];
  return curve;
}

}  // namespace tailor
