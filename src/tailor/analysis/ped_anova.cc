#include "tailor/analysis/ped_anova.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tailor/math/normal.h"
#include "tailor/tune/space/scale.h"

namespace tailor {
namespace {

constexpr double tiny = 1e-12;
constexpr double prior_weight = 1;

// The points of a parameter's grid: its values, or so many evenly spaced ones, both ends included.
int grid_size(const Distribution& d, int steps) {
  if (d.kind == Distribution::Kind::categorical) return static_cast<int>(d.choices.size());
  if (d.kind == Distribution::Kind::integer && d.log)
    return std::min(steps, static_cast<int>(std::ceil(std::log2(d.high - d.low + 1))) + 1);
  if (d.step > 0) return std::min(steps, static_cast<int>(std::lround((d.high - d.low) / d.step)) + 1);
  return steps;
}

int grid_place(const Distribution& d, int size, double value) {
  if (d.kind == Distribution::Kind::categorical) return static_cast<int>(value);
  const double low = to_scale(d, d.low), high = to_scale(d, d.high);
  const double place = (to_scale(d, value) - low) / (high - low) * (size - 1);
  return std::clamp(static_cast<int>(std::ceil(place - 0.5)), 0, size - 1);
}

// Scott's rule on the counted grid, with the quartiles where their counts are reached.
double bandwidth(const std::vector<double>& counts) {
  double n = 0, sum = 0, squares = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) n += counts[k], sum += counts[k] * static_cast<double>(k);
  for (std::size_t k = 0; k < counts.size(); ++k)
    squares += counts[k] * std::pow(static_cast<double>(k) - sum / n, 2);
  const double sigma = std::sqrt(squares / std::max(1.0, n - 1));
  double below = 0, first = -1, third = -1, last = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    last = static_cast<double>(k);
    below += counts[k];
    if (first < 0 && below >= std::floor(n / 4)) first = last;
    if (third < 0 && below > std::floor(3 * n / 4)) third = last;
  }
  const double quartiles = (third < 0 ? last : third) - first;
  constexpr double least = 0.5 / 1.64;
  return std::max(least, 1.059 * std::min(quartiles / 1.34, sigma) * std::pow(n, -0.2));
}

// Adds a normal kernel's share of each grid point.
void add_kernel(std::vector<double>& density, double weight, double center, double sigma) {
  const auto cdf = [&](double x) { return normal_cdf((x - center) / sigma); };
  const auto size = static_cast<double>(density.size());
  const double mass = cdf(size - 0.5) - cdf(-0.5);
  for (std::size_t k = 0; k < density.size(); ++k) {
    const double x = static_cast<double>(k);
    density[k] += weight * (cdf(x + 0.5) - cdf(x - 0.5)) / mass;
  }
}

// A Parzen estimate of the grid's probabilities from how often each point was tried, and a flat prior.
std::vector<double> density(const Distribution& d, const std::vector<double>& counts) {
  std::vector<double> result(counts.size(), 0.0);
  const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
  const double total = n + prior_weight, size = static_cast<double>(counts.size());
  if (d.kind == Distribution::Kind::categorical) {
    // Each kernel, one for every value that was tried, has a share of the prior.
    const double kernels = static_cast<double>(counts.size() - static_cast<std::size_t>(std::count(
                                                                   counts.begin(), counts.end(), 0.0))) +
                           1;
    const double share = prior_weight / kernels, mass = 1 + size * share;
    for (std::size_t k = 0; k < counts.size(); ++k)
      result[k] = (counts[k] + n * share) / mass / total + prior_weight / total / size;
    return result;
  }
  const double sigma = bandwidth(counts);
  for (std::size_t k = 0; k < counts.size(); ++k)
    if (counts[k] > 0) add_kernel(result, counts[k] / total, static_cast<double>(k), sigma);
  add_kernel(result, prior_weight / total, (size - 1) / 2, size);
  return result;
}

double divergence(const Distribution& d, const std::vector<double>& best, const std::vector<double>& all) {
  const std::vector<double> p = density(d, best), q = density(d, all);
  double sum = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const double ratio = (p[k] + tiny) / (q[k] + tiny) - 1;
    sum += (q[k] + tiny) * ratio * ratio;
  }
  return sum;
}

}  // namespace

std::vector<double> ped_anova(const Space& space, std::span<const Assignment> settings,
                              std::span<const double> losses, const PedAnovaOptions& options) {
  std::vector<double> importance(space.size(), 0.0);
  if (settings.size() < 2) return importance;
  std::vector<double> sorted(losses.begin(), losses.end());
  const auto kept =
      static_cast<std::ptrdiff_t>(std::ceil(options.best_share * static_cast<double>(sorted.size()))) - 1;
  std::nth_element(sorted.begin(), sorted.begin() + kept, sorted.end());
  const double worst = sorted[static_cast<std::size_t>(kept)];
  const auto all_best =
      static_cast<double>(std::count_if(losses.begin(), losses.end(), [&](double v) { return v <= worst; }));

  double total = 0;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Distribution& d = space.distribution(i);
    const int size = grid_size(d, options.steps);
    if (size < 2) continue;
    std::vector<double> best(static_cast<std::size_t>(size)), all(best);
    double active = 0, active_best = 0;
    for (std::size_t t = 0; t < settings.size(); ++t) {
      const double value = settings[t][i];
      if (std::isnan(value) || (d.kind != Distribution::Kind::categorical && d.log && value <= 0)) continue;
      const auto k = static_cast<std::size_t>(grid_place(d, size, value));
      ++all[k], ++active;
      if (losses[t] <= worst) ++best[k], ++active_best;
    }
    if (active < 2 || active_best == 0) continue;
    // Only where the parameter exists: the square of how often that is among the best, over how often it is.
    const double share_best = active_best / all_best, share = active / static_cast<double>(settings.size());
    importance[i] = share_best * share_best / share * divergence(d, best, all);
    total += importance[i];
  }
  if (total > 0)
    for (double& v : importance) v /= total;
  return importance;
}

}  // namespace tailor
