#include "tailor/analysis/quantile_confidence.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "tailor/analysis/statistics.h"
#include "tailor/math/normal.h"
#include "tailor/math/quantiles.h"
#include "tailor/tune/study/study_summary.h"

namespace tailor {
namespace {

constexpr double tail = 0.5 - confidence / 2;  // beyond each bound

// How far from one order statistic to the next the confidence `wanted` lies, which is `here` and `there` at
// them: odds of the weight of the farther one are (n - s) p (wanted - here) : s (1 - p) (there - wanted).
double place_between(double p, double s, double n, double here, double there, double wanted) {
  const double far = (n - s) * p * (wanted - here), near = s * (1 - p) * (there - wanted);
  return far / (far + near);
}

// The argument in [low, high] where a rising function is `wanted`.
double solve(double low, double high, double wanted, const std::function<double(double)>& rising) {
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (rising(middle) < wanted ? low : high) = middle;
  }
  return (low + high) / 2;
}

// The variance of the sample's quantiles around here, as wide as the nearer bound of their intervals is:
// where the distribution is skewed a mean of both would hide that on one side the mean's own tails count.
double quantile_variance(const QuantileConfidence& values, double p, const UncertainMean& m) {
  const std::vector<double>& sorted = values.ascending();
  const auto n = static_cast<double>(sorted.size());
  const auto share = [&](double x) {
    return static_cast<double>(std::lower_bound(sorted.begin(), sorted.end(), x) - sorted.begin()) / n;
  };
  double least = std::numeric_limits<double>::infinity();
  for (const double at : {p, share(m.mean - m.error), share(m.mean + m.error)}) {
    const Estimate e = values.interval(std::clamp(at, 0.5 / n, 1 - 0.5 / n));
    least = std::fmin(least, std::fmin(e.estimate - e.low, e.high - e.estimate));
  }
  return std::pow(least / normal_quantile(0.5 + confidence / 2), 2);
}

// Values that the mean has with equal chances, when it is compared with the sample's p-quantile.
std::vector<double> equally_likely(const UncertainMean& m, const QuantileConfidence& values, double p) {
  if (m.error == 0) return {m.mean};
  const auto n = static_cast<double>(values.ascending().size());
  const double own = m.error * m.error, other = quantile_variance(values, p, m);
  const double degrees =
      std::isfinite(other)
          ? (own + other) * (own + other) / (own * own / m.degrees_of_freedom + other * other / (n - 1))
          : m.degrees_of_freedom;
  constexpr int count = 100;
  std::vector<double> means;
  for (int i = 0; i < count; ++i)
    means.push_back(m.mean + m.error * student_t_quantile((i + 0.5) / count, degrees));
  return means;
}

}  // namespace

QuantileConfidence::QuantileConfidence(std::span<const double> values)
    : values_(values.begin(), values.end()) {
  std::sort(values_.begin(), values_.end());
}

// Fewer than s of n values lie below the quantile: the binomial distribution's cumulative probabilities.
std::vector<double> QuantileConfidence::at_values(double p) const {
  const auto n = static_cast<double>(values_.size());
  std::vector<double> at;
  double sum = 0;
  for (std::size_t below = 0; below < values_.size(); ++below) {
    const auto k = static_cast<double>(below);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                    (n - k) * std::log1p(-p));
    at.push_back(std::min(sum, 1.0));
  }
  return at;
}

double QuantileConfidence::below(double p, double x, const std::vector<double>& at) const {
  const auto [first, last] = std::equal_range(values_.begin(), values_.end(), x);
  const auto less = static_cast<std::size_t>(first - values_.begin()),
             not_more = static_cast<std::size_t>(last - values_.begin());
  const std::size_t n = values_.size();
  if (less != not_more) return (at[less] + at[not_more - 1]) / 2;
  if (less == 0) return at.front() / 2;
  if (less == n) return (at.back() + 1) / 2;
  // The confidence at which place_between() is where x lies.
  const auto s = static_cast<double>(less);
  const double place = (x - values_[less - 1]) / (values_[less] - values_[less - 1]);
  const double far = place * s * (1 - p), near = (1 - place) * (static_cast<double>(n) - s) * p;
  return (far * at[less] + near * at[less - 1]) / (far + near);
}

Estimate QuantileConfidence::interval(double p, double level) const {
  const double beyond = (1 - level) / 2;
  const std::vector<double> at = at_values(p);
  const auto n = static_cast<double>(values_.size());
  const auto bound = [&](double wanted) {
    if (wanted < at.front() || wanted > at.back()) return no_value;
    const auto next = std::lower_bound(at.begin() + 1, at.end(), wanted);
    if (next == at.end()) return values_.back();
    const auto s = next - at.begin();
    const double place = place_between(p, static_cast<double>(s), n, *(next - 1), *next, wanted);
    const auto i = static_cast<std::size_t>(s);
    return values_[i - 1] + place * (values_[i] - values_[i - 1]);
  };
  Estimate e{quantile(values_, p), bound(beyond), bound(1 - beyond)};
  if (std::isnan(e.low)) e.high = bound(1 - 2 * beyond);
  if (std::isnan(e.high)) e.low = bound(2 * beyond);
  return e;
}

UncertainMean uncertain_mean(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  return {mean(values), std::sqrt(variance(values) / n), n - 1};
}

Estimate share_below(const QuantileConfidence& values, const UncertainMean& m) {
  const std::vector<double>& sorted = values.ascending();
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), m.mean);
  const double share = static_cast<double>((first - sorted.begin()) + (last - sorted.begin())) / 2 /
                       static_cast<double>(sorted.size());
  if (!std::isfinite(m.error)) return {share, no_value, no_value};
  const std::vector<double> means = equally_likely(m, values, share);
  // That at most p lies below it: its rank is no more than that of the p-quantile.
  const auto at_most = [&](double p) {
    const std::vector<double> at = values.at_values(p);
    double sum = 0;
    for (const double x : means) sum += 1 - values.below(p, x, at);
    return sum / static_cast<double>(means.size());
  };
  constexpr double edge = 1e-9;
  return {share, at_most(edge) >= tail ? 0 : solve(edge, 1 - edge, tail, at_most),
          at_most(1 - edge) <= 1 - tail ? 1 : solve(edge, 1 - edge, 1 - tail, at_most)};
}

Estimate quantile_above(const QuantileConfidence& values, double p, const UncertainMean& m) {
  const std::vector<double>& sorted = values.ascending();
  const double difference = quantile(sorted, p) - m.mean;
  if (!std::isfinite(m.error)) return {difference, no_value, no_value};
  const std::vector<double> means = equally_likely(m, values, p), at = values.at_values(p);
  const auto at_most = [&](double by) {
    double sum = 0;
    for (const double x : means) sum += values.below(p, x + by, at);
    return sum / static_cast<double>(means.size());
  };
  const double low = sorted.front() - means.back(), high = sorted.back() - means.front();
  const bool possible = at_most(low) < tail && at_most(high) > 1 - tail;
  if (!possible) return {difference, no_value, no_value};
  return {difference, solve(low, high, tail, at_most), solve(low, high, 1 - tail, at_most)};
}

}  // namespace tailor
