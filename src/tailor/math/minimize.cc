#include "tailor/math/minimize.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tailor {
namespace {

constexpr std::size_t memory = 8;

struct Pair {
  std::vector<double> step, change;  // of x and of the gradient
  double curvature = 0;              // their product
};

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add(std::vector<double>& a, double factor, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += factor * b[i];
}

// The inverse Hessian's approximation times the gradient (two-loop recursion).
std::vector<double> newton_step(std::vector<double> q, const std::vector<Pair>& pairs) {
  std::vector<double> alpha(pairs.size());
  for (std::size_t k = pairs.size(); k-- > 0;) {
    alpha[k] = dot(pairs[k].step, q) / pairs[k].curvature;
    add(q, -alpha[k], pairs[k].change);
  }
  if (!pairs.empty()) {
    const double scale = pairs.back().curvature / dot(pairs.back().change, pairs.back().change);
    for (double& value : q) value *= scale;
  }
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    add(q, alpha[k] - dot(pairs[k].change, q) / pairs[k].curvature, pairs[k].step);
  }
  return q;
}

}  // namespace

double minimize(const Differentiable& f, std::vector<double>& x, std::span<const double> low,
                std::span<const double> high, const MinimizeOptions& options) {
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) x[i] = std::clamp(x[i], low[i], high[i]);
  std::vector<double> gradient(n), trial(n), trial_gradient(n);
  double value = f(x, gradient);
  int evaluations = 1;
  std::vector<Pair> pairs;
  while (evaluations < options.evaluations) {
    std::vector<double> free = gradient;  // its part along which x can move
    double steepest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if ((x[i] <= low[i] && gradient[i] > 0) || (x[i] >= high[i] && gradient[i] < 0)) free[i] = 0;
      steepest = std::max(steepest, std::abs(free[i]));
    }
    if (!(steepest > options.tolerance)) break;
    std::vector<double> direction = newton_step(free, pairs);
    for (std::size_t i = 0; i < n; ++i) direction[i] = free[i] == 0 ? 0 : -direction[i];
    double slope = dot(direction, free);
    double length = 1;
    if (pairs.empty() || slope >= 0) {
      pairs.clear();
      for (std::size_t i = 0; i < n; ++i) direction[i] = -free[i];
      slope = dot(direction, free);
      length = std::min(1.0, 0.1 / steepest);
    }

    double moved_value = value;
    bool moved = false;
    while (evaluations < options.evaluations && length > 1e-10) {
      for (std::size_t i = 0; i < n; ++i)
        trial[i] = std::clamp(x[i] + length * direction[i], low[i], high[i]);
      moved_value = f(trial, trial_gradient);
      ++evaluations;
      double expected = 0;
      for (std::size_t i = 0; i < n; ++i) expected += gradient[i] * (trial[i] - x[i]);
      if (std::isfinite(moved_value) && moved_value <= value + 1e-4 * std::min(expected, 0.0) &&
          expected < 0) {
        moved = true;
        break;
      }
      length *= std::isfinite(moved_value) ? 0.4 : 0.1;
    }
    if (!moved) {
      if (pairs.empty()) break;
      pairs.clear();  // once more along the gradient
      continue;
    }
    Pair pair{trial, trial_gradient, 0};
    add(pair.step, -1, x);
    add(pair.change, -1, gradient);
    pair.curvature = dot(pair.step, pair.change);
    if (pair.curvature > 1e-12 * dot(pair.change, pair.change)) {
      if (pairs.size() == memory) pairs.erase(pairs.begin());
      pairs.push_back(std::move(pair));
    }
    const double decrease = value - moved_value;
    x = trial;
    gradient = trial_gradient;
    value = moved_value;
    if (decrease < options.least_decrease) break;
  }
  return value;
}

}  // namespace tailor
