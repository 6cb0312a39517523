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

// The distribution behind the results is somewhere near them: its steps between sorted results are uniform on
// the simplex (the Bayesian bootstrap, Rubin, Ann. Statist. 9 (1981) 130). `values` ascend; an estimate for
// each n.
std::vector<Estimate> intervals(const std::vector<double>& values, const std::vector<int>& ns) {
  const std::size_t count = values.size();
  const std::uint64_t replicates = std::clamp<std::uint64_t>(2000000 / count, 200, 1000);
  const Key key = Key(0).with(Purpose::resampling);
  std::vector<std::vector<double>> draws(ns.size());
  std::vector<double> log_below(count + 1, 0.0);  // of the distribution up to the i-th result
  for (std::uint64_t r = 0; r < replicates; ++r) {
    const Key own = key.with(r);
    double total = 0;
    for (std::size_t i = 0; i < count; ++i) total += log_below[i + 1] = -std::log1p(-own.uniform(i));
    for (std::size_t i = count; i > 0; --i) log_below[i] /= total;
    double below = 0;
    for (std::size_t i = 1; i <= count; ++i) log_below[i] = std::log(below += log_below[i]);
    log_below[count] = 0;
    for (std::size_t k = 0; k < ns.size(); ++k) {
      double sum = 0, power = 1;
      for (std::size_t i = count; i > 0 && power > 1e-12; --i) {
        const double next = i > 1 ? std::exp(ns[k] * log_below[i - 1]) : 0;
        sum += (power - next) * values[i - 1];
        power = next;
      }
      draws[k].push_back(sum);
    }
  }
  std::vector<Estimate> result;
  for (std::size_t k = 0; k < ns.size(); ++k) {
    // As spread out as that, around the estimate without bias.
    const double estimate = weighted(values, weights(count, ns[k])), center = mean(draws[k]);
    for (double& d : draws[k]) d += estimate - center;
    result.push_back(percentile_interval(estimate, std::move(draws[k])));
  }
  return result;
}

Estimate upright(const Estimate& e, bool maximize) {
  return maximize ? e : Estimate{-e.estimate, -e.high, -e.low};
}

}  // namespace

double expected_best(std::span<const double> results, bool maximize, int n) {
  const double best = weighted(ascending_merit(results, maximize), weights(results.size(), n));
  return maximize ? best : -best;
}

Estimate expected_best_interval(std::span<const double> results, bool maximize, int n) {
  return upright(intervals(ascending_merit(results, maximize), {n}).front(), maximize);
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
  }
  for (const Estimate& e : intervals(ascending_merit(results, maximize), curve.n))
    curve.best.push_back(upright(e, maximize));
  const double last = curve.best.back().estimate;
  for (std::size_t i = 0; i + 1 < curve.n.size() && !curve.enough; ++i)
    if (std::abs(last - curve.best[i].estimate) <= tolerance) curve.enough = curve.n[i];
  return curve;
}

}  // namespace tailor
