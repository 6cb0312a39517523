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

// Beyond a tenth of the results the best few decide everything, and a mean (n = 1) is at the mercy of a long
// lower tail. 0: of so few results nothing is covered.
int most_covered_n(std::size_t results) {
  constexpr std::size_t least_results = 20, results_for_each = 10;
  return results < least_results ? 0 : static_cast<int>(results / results_for_each);
}

constexpr std::size_t tail_results = 5;

// The expected largest of the draws beyond the largest result, over the tail's scale: n draws each lie there
// with `chance`, at least one does, and the tail is exponential. The mean of the K-th harmonic number over a
// Poisson K.
double expected_beyond(double n, double chance) {
  const double mean_count = n * chance;
  if (mean_count < 1e-9) return 1;
  double term = 1, sum = 0;
  for (int k = 1; k < 60; ++k) {
    term *= -mean_count / k;
    sum -= term / k;
    if (std::abs(term) < 1e-12) break;
  }
  return sum / -std::expm1(-mean_count);
}

// How far beyond the best result the next better may lie: the mean excess of the five best over the sixth, or
// the step to the next different result where the best are equal. 0: all results are equal.
double tail_scale(const std::vector<double>& values) {
  const std::size_t count = values.size();
  const std::size_t k = std::min(count - 1, tail_results);
  double sum = 0;
  for (std::size_t i = count - k; i < count; ++i) sum += values[i] - values[count - k - 1];
  const auto tied = std::lower_bound(values.begin(), values.end(), values.back());
  const double step = tied == values.begin() ? 0 : values.back() - *(tied - 1);
  return std::max(sum / static_cast<double>(k), step);
}

// An exponential tail's scale is known from its few results only to a factor: theirs over a Gamma number.
double scale_factor(Key key, std::uint64_t first) {
  double sum = 0;
  for (std::uint64_t i = 0; i < tail_results; ++i) sum -= std::log1p(-key.uniform(first + i));
  return static_cast<double>(tail_results) / sum;
}

// The distribution function at the sorted results is distributed as sorted uniform numbers are, whatever the
// distribution. Draws of those say how likely the best of n lies between two neighbouring results; where
// between them nobody knows, and it is taken to lie halfway. Beyond the best there is an exponential tail. So
// ties, atoms and bounded tails are covered; `scripts/bench calibration` and the tests tell how well. `values`
// ascend; an estimate for each n, without bounds if all results are equal.
std::vector<Estimate> intervals(const std::vector<double>& values, const std::vector<int>& ns) {
  const std::size_t count = values.size();
  const double scale = tail_scale(values);
  std::vector<Estimate> result;
  for (const int n : ns) result.push_back({.estimate = weighted(values, weights(count, n))});
  if (scale == 0) return result;
  const std::uint64_t replicates = std::clamp<std::uint64_t>(2000000 / count, 200, 1000);
  const Key key = Key(0).with(Purpose::resampling);
  std::vector<std::vector<double>> bests(ns.size());
  std::vector<double> log_below(count);  // of the distribution function at the i-th result
  for (std::uint64_t r = 0; r < replicates; ++r) {
    const Key own = key.with(r);
    double total = -std::log1p(-own.uniform(count));
    for (std::size_t i = 0; i < count; ++i) total += log_below[i] = -std::log1p(-own.uniform(i));
    double below = 0;
    for (double& b : log_below) b = std::log((below += b) / total);
    const double beyond = scale * scale_factor(own, count + 1);
    for (std::size_t k = 0; k < ns.size(); ++k) {
      const double n = ns[k], chance = -std::expm1(log_below.back());
      double power = std::exp(n * log_below.back());
      double best = (1 - power) * (values.back() + beyond * expected_beyond(n, chance));
      for (std::size_t i = count - 1; i > 0 && power > 1e-12; --i) {
        const double next = std::exp(n * log_below[i - 1]);
        best += (power - next) * (values[i] + values[i - 1]) / 2;
        power = next;
      }
      bests[k].push_back(best + power * values.front());
    }
  }
  for (std::size_t k = 0; k < ns.size(); ++k) {
    const Estimate e = percentile_interval(result[k].estimate, std::move(bests[k]));
    result[k].low = std::min(e.estimate, e.low);
    result[k].high = std::max(e.estimate, e.high);
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
  constexpr std::size_t least_results = 6;
  constexpr int points = 40;
  if (results.size() < least_results) return std::nullopt;
  const std::size_t most = results.size() / 2;
  BestOfN curve{.independent_trials = static_cast<int>(results.size()), .tolerance = tolerance};
  const std::vector<double> values = ascending_merit(results, maximize);
  std::vector<int> covered;
  for (int k = 0; k < points; ++k) {
    const int n = static_cast<int>(std::lround(std::pow(static_cast<double>(most), k / (points - 1.0))));
    if (!curve.n.empty() && n <= curve.n.back()) continue;
    curve.n.push_back(n);
    curve.best.push_back({.estimate = weighted(values, weights(values.size(), n))});
    if (n >= 2 && n <= most_covered_n(results.size())) covered.push_back(n);
  }
  const std::size_t first = curve.n.size() > 1 ? 1 : 0;  // beyond n = 1
  const std::vector<Estimate> bounded =
      covered.empty() ? std::vector<Estimate>{} : intervals(values, covered);
  std::copy(bounded.begin(), bounded.end(), curve.best.begin() + static_cast<std::ptrdiff_t>(first));
  for (Estimate& e : curve.best) e = upright(e, maximize);
  if (covered.empty()) return curve;
  curve.most_covered = covered.back();
  const double last = curve.best[first + covered.size() - 1].estimate;
  for (std::size_t i = 0; curve.n[i] < curve.most_covered && !curve.enough; ++i)
    if (std::abs(last - curve.best[i].estimate) <= tolerance) curve.enough = curve.n[i];
  return curve;
}

}  // namespace tailor
