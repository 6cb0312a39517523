#include "tailor/train/measuring/metric_estimate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/math/distributions/binomial.hpp>

#include "tailor/math/normal.h"

namespace tailor {
namespace {

Interval wider(const Interval& a, const Interval& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

// Wilson's of as many images as would give this standard error (Korn and Graubard, Survey Methodology 24 (1998) 193);
// nothing where there is no error to go by.
Interval by_effective_images(double value, double error) {
  const double spread = value * (1 - value);
  return error > 0 && spread > 0 ? wilson_interval(value, spread / (error * error)) : Interval{value, value};
}

// The exact upper limit of a share (Clopper and Pearson, Biometrika 26 (1934) 404), one-sided at `level`.
double exact_above(double hits, double n, double level) {
  if (hits >= n) return 1;
  return boost::math::binomial_distribution<>::find_upper_bound_on_p(n, hits, level);
}

// Of sums of independent estimates with weights, from each one's value and limits.
struct Mover {
  double value = 0, below = 0, above = 0;  // the last two squared

  void add(double weight, double own, const Interval& limits) {
    value += weight * own;
    below += weight * weight * (own - limits.low) * (own - limits.low);
    above += weight * weight * (limits.high - own) * (limits.high - own);
  }
  Interval interval(double widened = 1) const {
    return {std::max(0.0, value - widened * std::sqrt(below)),
            std::min(1.0, value + widened * std::sqrt(above))};
  }
};

Interval balanced_interval(const Predictions& p, double value, double error) {
  const std::vector<ClassCounts> counts = count_classes(p);
  const double present = classes_with_images(counts);
  Mover sum;
  for (const ClassCounts& c : counts)
    if (c.images > 0) sum.add(1 / present, c.recall(), wilson_interval(c.recall(), c.images));
  return wider(sum.interval(), by_effective_images(value, error));
}

Interval f1_interval(const Predictions& p, double value, double error) {
  const std::vector<ClassCounts> counts = count_classes(p);
  const auto present = static_cast<double>(
      std::count_if(counts.begin(), counts.end(), [](const ClassCounts& c) { return c.either() > 0; }));
  Mover sum;
  double independent = 0;  // variance, as if classes were
  const auto f1 = [](double share) { return 2 * share / (1 + share); };
  for (const ClassCounts& c : counts) {
    const double n = c.either();
    if (n == 0) continue;
    const double share = c.hits / n, slope = 2 / ((1 + share) * (1 + share));
    const Interval limits = wilson_interval(share, n);
    sum.add(1 / present, f1(share), {f1(limits.low), f1(limits.high)});
    independent += slope * slope * share * (1 - share) / n / (present * present);
  }
  return wider(sum.interval(independent > 0 ? std::max(1.0, error / std::sqrt(independent)) : 1),
               by_effective_images(value, error));
}

Interval worst_interval(const Predictions& p) {
  const std::vector<ClassCounts> counts = count_classes(p);
  const double present = classes_with_images(counts);
  Interval all{1, 1};
  for (const ClassCounts& c : counts) {
    if (c.images == 0) continue;
    all.low = std::min(all.low, 1 - exact_above(c.images - c.hits, c.images, 0.025));
    all.high = std::min(all.high, exact_above(c.hits, c.images, 0.025 / present));
  }
  return all;
}

Interval area_interval(const Predictions& p, double area, double error) {
  if (!std::isfinite(area)) return {0, 1};
  double scarcest = static_cast<double>(p.count()), present = 0;
  for (const ClassCounts& c : count_classes(p)) {
    const double n = c.images, rest = static_cast<double>(p.count()) - n;
    if (n > 0 && rest > 0) scarcest = std::min({scarcest, n, rest}), present += 1;
  }
  const double inside = std::clamp(area, 1e-9, 1 - 1e-9), half = z95 * error / (inside * (1 - inside));
  const double logit = std::log(inside / (1 - inside));
  const auto share = [](double x) { return 1 / (1 + std::exp(-x)); };
  // By Hanley and McNeil (Radiology 143 (1982) 29) an area of nearly one is as uncertain as a share of a few times as many
  // images as the scarcer side has. Where these are few DeLong's error alone held 90 % (30 of 300 images).
  const Interval least = wilson_interval(area, 4 * scarcest * (present == 2 ? 1 : present));
  return error > 0 ? wider({share(logit - half), share(logit + half)}, least) : least;
}

// The mean of |x| for a normal x with mean m and standard deviation s.
double mean_distance(double m, double s) {
  if (s == 0) return std::abs(m);
  const double t = m / s;
  return s * std::sqrt(2 / std::numbers::pi) * std::exp(-t * t / 2) + m * (1 - 2 * normal_cdf(-t));
}

Interval calibration_interval(const Predictions& p, const MetricValues& values) {
  // Of each bin: the sum of stated - right, and of its squares.
  double sums[calibration_bins] = {}, squares[calibration_bins] = {}, images[calibration_bins] = {};
  for (std::size_t i = 0; i < p.count(); ++i) {
    const double stated = stated_probability(p.of(i));
    const double gap = stated - (predicted_class(p.of(i)) == p.labels[i] ? 1 : 0);
    const int bin = calibration_bin(stated);
    sums[bin] += gap, squares[bin] += gap * gap, images[bin] += 1;
  }
  const auto n = static_cast<double>(p.count());
  double chance = 0, variance = 0;
  for (int b = 0; b < calibration_bins; ++b) {
    if (images[b] == 0) continue;
    const double mean = sums[b] / images[b];
    // A bin of a few images that are all right tells of no spread: at least that of one more that is wrong.
    const double spread = std::max(squares[b] / images[b] - mean * mean, 1 / (images[b] + 2) / 4);
    const double s = std::sqrt(spread * images[b]) / n;
    const double gap = std::max(0.0, std::abs(sums[b]) / n - s);
    chance += mean_distance(gap, s) - gap;
    variance += s * s;
  }
  const double half = z95 * std::sqrt(variance);
  return {std::max(0.0, values.value - chance - half), std::min(1.0, values.value + half)};
}

Interval limits(Metric metric, const Predictions& p, const MetricValues& values, double error) {
  switch (metric) {
    case Metric::accuracy:
      return wilson_interval(values.value, static_cast<double>(p.count()));
    case Metric::balanced_accuracy:
      return balanced_interval(p, values.value, error);
    case Metric::macro_f1:
      return f1_interval(p, values.value, error);
    case Metric::worst_recall:
      return worst_interval(p);
    case Metric::auc:
      return area_interval(p, values.value, error);
    case Metric::calibration_error:
      return calibration_interval(p, values);
    case Metric::loss:
      break;
  }
  const double half = z95 * error, factor = values.value > 0 ? std::exp(half / values.value) : 1;
  return {std::max(0.0, values.value - half), std::max(values.value + half, values.value * factor)};
}

}  // namespace

double standard_error(const MetricValues& values) {
  const auto n = static_cast<double>(values.of_image.size());
  if (n < 2) return 0;
  double squares = 0;
  for (const double v : values.of_image) squares += (v - values.value) * (v - values.value);
  return std::sqrt(squares / (n - 1) / n);
}

MetricEstimate estimate(Metric metric, const Predictions& predictions) {
  const MetricValues values = image_values(metric, predictions);
  const double error = standard_error(values);
  const Interval interval =
      limits(metric, predictions, values, error);  // rounding may leave the value beside it
  return {values.value, {std::min(interval.low, values.value), std::max(interval.high, values.value)}, error};
}

MetricEstimates estimate_all(const Predictions& predictions) {
  MetricEstimates all;
  for (const MetricInfo& m : metrics)
    all[static_cast<std::size_t>(m.metric)] = estimate(m.metric, predictions);
  return all;
}

}  // namespace tailor
