#include "tailor/tune/samplers/parzen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tailor/math/normal.h"

namespace tailor {
namespace {

constexpr double uniform_kernel = -1;
constexpr double least_mass = 1e-300;
constexpr double least_bandwidth = 0.01;
constexpr double least_bandwidth_in_cells =
    0.5;  // so that a discrete value's neighbours keep a sixth of the mass

// Mass of a normal between two points.
double normal_mass(double center, double sigma, double from, double to) {
  const double a = (from - center) / sigma, b = (to - center) / sigma;
  return a > 0 ? normal_cdf(-a) - normal_cdf(-b) : normal_cdf(b) - normal_cdf(a);
}

// Scott's rule on the spread of the trials, to which the uniform kernel's counts as one more.
double bandwidth_of(const std::vector<double>& centers, std::size_t dimensions) {
  double n = 1, sum = 0.5;
  for (const double x : centers) {
    if (x != uniform_kernel) n += 1, sum += x;
  }
  const double mean = sum / n;
  double squares = (0.5 - mean) * (0.5 - mean) + 1.0 / 12;
  for (const double x : centers) {
    if (x != uniform_kernel) squares += (x - mean) * (x - mean);
  }
  const double sigma =
      std::sqrt(squares / n) * std::pow(std::max(n - 1, 1.0), -1 / (static_cast<double>(dimensions) + 4));
  return std::clamp(sigma, least_bandwidth, 1.0);
}

}  // namespace

std::pair<double, double> Parzen::Axis::cell(double value) const {
  const auto [from, to] = scale_cell(*distribution, value);
  return {(from - low) / width, (to - low) / width};
}

Parzen::Parzen(const Space& space, std::span<const Assignment* const> trials, std::span<const double> weights)
    : space_(space), axes_(space.size()) {
  double sum = 1;
  for (const double w : weights) sum += w;
  for (const double w : weights) log_weights_.push_back(std::log(w / sum));
  log_weights_.push_back(-std::log(sum));
  double total = 0;
  for (const double w : weights) cumulative_.push_back(total += w / sum);
  cumulative_.push_back(1);
  for (std::size_t i = 0; i < space.size(); ++i) place_kernels(axes_[i], i, trials);
}

void Parzen::place_kernels(Axis& axis, std::size_t i, std::span<const Assignment* const> trials) {
  const Distribution& d = space_.distribution(i);
  axis.distribution = &d;
  axis.categorical = d.kind == Distribution::Kind::categorical;
  axis.values = cardinality(d).value_or(0);
  const auto [low, high] = scale_range(d);
  axis.low = low;
  if (high > low) axis.width = high - low;
  axis.center.assign(trials.size() + 1, uniform_kernel);
  if (axis.tabulated()) axis.number.assign(trials.size() + 1, static_cast<std::uint32_t>(axis.values));
  std::size_t known = 0;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const double value = (*trials[k])[i];
    if (!contains(d, value)) continue;
    ++known;
    axis.center[k] = (to_scale(d, value) - low) / axis.width;
    if (axis.tabulated()) axis.number[k] = static_cast<std::uint32_t>(number_of(d, value));
  }
  if (axis.categorical) {
    const double chances = static_cast<double>(d.choices.size()) / static_cast<double>(known + 1);
    axis.bandwidth = chances / (1 + chances);
    return;
  }
  axis.bandwidth = bandwidth_of(axis.center, space_.size());
  if (axis.values > 1) {
    axis.bandwidth = std::max(axis.bandwidth, least_bandwidth_in_cells / static_cast<double>(axis.values));
  }
  if (axis.tabulated()) return;
  axis.precision.assign(axis.center.size(), 0);
  axis.log_scale.assign(axis.center.size(), 0);
  const double log_peak = -std::log(axis.bandwidth * std::sqrt(2 * std::numbers::pi));
  for (std::size_t k = 0; k < axis.center.size(); ++k) {
    if (axis.center[k] == uniform_kernel) continue;
    axis.precision[k] = 1 / axis.bandwidth;
    axis.log_scale[k] = log_peak - std::log(normal_mass(axis.center[k], axis.bandwidth, 0, 1));
  }
}

// Logarithms of the mass at a tabulated value under kernels at each of the values, and under the uniform one.
std::vector<double> Parzen::log_masses(const Axis& axis, std::uint64_t value) const {
  const auto n = static_cast<double>(axis.values);
  std::vector<double> row(axis.values + 1);
  if (axis.categorical) {
    std::fill(row.begin(), row.end(), std::log(axis.bandwidth / n));
    row[value] = std::log(axis.bandwidth / n + 1 - axis.bandwidth);
    row.back() = -std::log(n);
    return row;
  }
  const Distribution& d = *axis.distribution;
  const auto [from, to] = axis.cell(value_at(d, value));
  for (std::uint64_t center = 0; center < axis.values; ++center) {
    const double at = (to_scale(d, value_at(d, center)) - axis.low) / axis.width;
    row[center] = std::log(std::max(normal_mass(at, axis.bandwidth, from, to), least_mass) /
                           normal_mass(at, axis.bandwidth, 0, 1));
  }
  row.back() = axis.values == 1 ? 0 : std::log(to - from);
  return row;
}

// Adds to each kernel's term the logarithm of its density at the value.
void Parzen::add_factor(const Axis& axis, double value, std::vector<double>& terms) const {
  const double x = (to_scale(*axis.distribution, value) - axis.low) / axis.width;
  const auto [from, to] = axis.cell(value);
  const bool wide =
      axis.values > 0 && to - from > axis.bandwidth / 8;  // too wide for the density at its middle
  const double log_width = axis.values > 0 ? std::log(to - from) : 0;
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const double z = (x - axis.center[k]) * axis.precision[k];
    terms[k] += log_width + axis.log_scale[k] - 0.5 * z * z;
  }
  if (!wide) return;
  for (std::size_t k = 0; k < terms.size(); ++k) {
    if (axis.center[k] == uniform_kernel) continue;
    const double z = (x - axis.center[k]) * axis.precision[k];
    const double exact =
        std::log(std::max(normal_mass(axis.center[k], axis.bandwidth, from, to), least_mass) *
                 std::sqrt(2 * std::numbers::pi) * axis.bandwidth);
    terms[k] += exact - log_width + 0.5 * z * z;
  }
}

Assignment Parzen::sample(Key key) const {
  const auto k = static_cast<std::size_t>(
      std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, key.uniform(0)) - cumulative_.begin());
  Assignment setting(space_.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < space_.size(); ++i) {
    if (!space_.active(i, setting)) continue;
    const Axis& axis = axes_[i];
    const double center = axis.center[k], sigma = axis.bandwidth, u = key.uniform(2 * i + 1);
    double at = u;
    if (center != uniform_kernel && axis.categorical) {
      at = u < sigma ? key.uniform(2 * i + 2) : center;
    } else if (center != uniform_kernel) {
      const double a = normal_cdf(-center / sigma), b = normal_cdf((1 - center) / sigma);
      at = center + sigma * normal_quantile(std::clamp(a + u * (b - a), 1e-15, 1 - 1e-15));
    }
    setting[i] = from_scale(*axis.distribution, axis.low + axis.width * std::clamp(at, 0.0, 1.0));
  }
  return setting;
}

std::vector<double> Parzen::log_density(std::span<const Assignment> settings) const {
  std::vector<std::vector<std::vector<double>>> tables(axes_.size());
  std::vector<double> result, terms;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (axes_[i].tabulated()) tables[i].resize(axes_[i].values);
  }
  for (const Assignment& setting : settings) {
    terms = log_weights_;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      const Axis& axis = axes_[i];
      if (std::isnan(setting[i])) continue;
      if (!axis.tabulated()) {
        add_factor(axis, setting[i], terms);
        continue;
      }
      const std::uint64_t value = number_of(*axis.distribution, setting[i]);
      std::vector<double>& row = tables[i][value];
      if (row.empty()) row = log_masses(axis, value);
      for (std::size_t k = 0; k < terms.size(); ++k) terms[k] += row[axis.number[k]];
    }
    const double top = *std::max_element(terms.begin(), terms.end());
    double total = 0;
    for (const double t : terms) total += std::exp(t - top);
    result.push_back(top + std::log(total));
  }
  return result;
}

}  // namespace tailor
