#include "tailor/analysis/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

namespace tailor {
double mean(std::span<const double> values) {
  if (values.empty()) return no_value;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
  if (values.size() < 2) return no_value;
  const double center = mean(values);
  double squares = 0;
  for (const double v : values) squares += (v - center) * (v - center);
  return squares / static_cast<double>(values.size() - 1);
}

double student_t_quantile(double p, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), p);
}

Estimate t_interval(double estimate, double error, double degrees_of_freedom, double level) {
  if (!(degrees_of_freedom > 0) || !std::isfinite(error)) return {estimate, no_value, no_value};
  const double width = student_t_quantile(0.5 + level / 2, degrees_of_freedom) * error;
  return {estimate, estimate - width, estimate + width};
}

Estimate interval_of_sum(double estimate, std::span<const VariancePart> parts) {
  double total = 0, weighed = 0;
  for (const VariancePart& p : parts) {
    if (p.variance == 0) continue;
    total += p.variance;
    weighed += p.variance * student_t_quantile(0.5 + confidence / 2, p.degrees_of_freedom);
  }
  const double width = total > 0 ? weighed / std::sqrt(total) : 0;
  return {estimate, estimate - width, estimate + width};
}

Estimate mean_interval(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  return t_interval(mean(values), std::sqrt(variance(values) / n), n - 1, seeds_confidence);
}

Estimate loss_interval(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  Estimate e = t_interval(mean(values), std::sqrt(variance(values) / n), n - 1, losses_confidence);
  std::vector<double> logs;
  for (const double v : values) logs.push_back(std::log(v));
  const double v = variance(logs);
  const double cox =
      t_interval(mean(logs) + v / 2, std::sqrt(v / n + v * v / (2 * (n - 1))), n - 1, losses_confidence).high;
  e.high = std::max(e.high, std::exp(cox));
  return e;
}

Estimate result_interval(std::span<const double> values, bool maximize) {
  const bool losses = !maximize && std::all_of(values.begin(), values.end(), [](double v) { return v > 0; });
  return losses ? loss_interval(values) : mean_interval(values);
}

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t i = 0, end = 0; i < order.size(); i = end) {
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) result[order[k]] = static_cast<double>(i + 1 + end) / 2;
  }
  return result;
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 5) return no_value;
  const std::vector<double> x = ranks(a), y = ranks(b);
  const double center = mean(x);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - center) * (x[i] - center);
    yy += (y[i] - center) * (y[i] - center);
    xy += (x[i] - center) * (y[i] - center);
  }
  return xx == 0 || yy == 0 ? no_value : xy / std::sqrt(xx * yy);
}

}  // namespace tailor
