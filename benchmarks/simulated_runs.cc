#include "simulated_runs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "tailor/analysis/statistics.h"
#include "tailor/math/normal.h"

namespace tailor {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double diverged = 10;  // times the median setting's loss
constexpr double least_loss = 1e-12;

// The first two derivatives of log Γ at x > 0: recurrence up to 6, then asymptotic series (Abramowitz and Stegun
// 6.3.5, 6.3.18, 6.4.6, 6.4.12).
double digamma(double x) {
  double below = 0;
  for (; x < 6; ++x) below += 1 / x;
  const double q = 1 / (x * x);
  return std::log(x) - 1 / (2 * x) - q * (1.0 / 12 - q * (1.0 / 120 - q / 252)) - below;
}
double trigamma(double x) {
  double below = 0;
  for (; x < 6; ++x) below += 1 / (x * x);
  const double q = 1 / (x * x);
  return below + 1 / x + q / 2 + q / x * (1.0 / 6 - q * (1.0 / 30 - q / 42));
}

// What is shared by all settings of a seed takes one of these values, so that means over it are sums.
constexpr std::size_t shared_values = 32;
const std::array<double, shared_values>& shared_grid() {
  static const std::array<double, shared_values> grid = [] {
    std::array<double, shared_values> g{};
    double squares = 0;
    for (std::size_t i = 0; i < shared_values; ++i) {
      g[i] = normal_quantile((static_cast<double>(i) + 0.5) / shared_values);
      squares += g[i] * g[i] / shared_values;
    }
    for (double& v : g) v /= std::sqrt(squares);
    return g;
  }();
  return grid;
}

constexpr std::array<double, 1> not_shared = {0};

// A setting's repeats that did not fail; of losses the logarithms.
struct Repeats {
  std::vector<double> values{};
  std::size_t all = 0;
  double centre = 0, squares = 0;

  double degrees() const { return static_cast<double>(values.size()) - 1; }

  // The logarithm of the variance, without the bias that few normal values give it; needs squares > 0.
  double log_variance() const { return std::log(squares / 2) - digamma(degrees() / 2); }
};

// The noise of settings around: standard deviations of single settings are moderated by it, as their few
// repeats tell little.
class Surroundings {
 public:
  // By the spread of the settings' log variances beyond what chance gives to so few repeats.
  explicit Surroundings(const std::vector<Repeats>& similar) {
    std::vector<double> logs;
    double chance = 0;
    for (const Repeats& r : similar)
      if (r.squares > 0) logs.push_back(r.log_variance()), chance += trigamma(r.degrees() / 2);
    if (logs.empty()) return;
    const auto n = static_cast<double>(logs.size());
    variance_ = std::exp(mean(logs));
    const double beyond = (logs.size() > 1 ? variance(logs) : 0) - chance / n;
    for (double low = least_degrees, high = most_degrees; high - low > 0.01;) {
      degrees_ = (low + high) / 2;
      (trigamma(degrees_ / 2) > beyond ? low : high) = degrees_;
    }
  }

  bool noisy() const { return variance_ > 0; }
  double scale(const Repeats& r) const { return moderated(r.squares, std::max(r.degrees(), 0.0)); }
  // From the other repeats than value v: what lies far out must not make its own measure longer.
  double scale_without(const Repeats& r, double v) const {
    const double own = (v - r.centre) * (v - r.centre) * (r.degrees() + 1) / r.degrees();
    return moderated(std::max(0.0, r.squares - own), r.degrees() - 1);
  }

 private:
  static constexpr double least_degrees = 1, most_degrees = 40;

  double moderated(double squares, double degrees) const {
    return std::sqrt((squares + degrees_ * variance_) / (degrees + degrees_));
  }

  double variance_ = 0;
  double degrees_ = most_degrees;  // of freedom that it has beside a setting's own
};

Repeats repeats_of(const Problem& problem, const Assignment& setting, double most) {
  Repeats r{.values = problem.repeats(setting)};
  r.all = r.values.size();
  std::erase_if(r.values, [most](double v) { return !(v <= most); });
  if (problem.losses)
    for (double& v : r.values) v = std::log(std::max(v, least_loss));
  if (r.values.empty()) return r;
  r.centre = mean(r.values);
  for (const double v : r.values) r.squares += (v - r.centre) * (v - r.centre);
  return r;
}

// One step along a number, any other choice.
std::vector<Assignment> neighbours(const Space& space, const Assignment& setting) {
  std::vector<Assignment> result;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Distribution& d = space.distribution(i);
    const bool category = d.kind == Distribution::Kind::categorical;
    const double low = category ? 0 : d.low,
                 high = category ? static_cast<double>(d.choices.size()) - 1 : d.high;
    for (double v = low; v <= high; ++v) {
      if (v == setting[i] || (!category && std::abs(v - setting[i]) > 1)) continue;
      result.push_back(setting);
      result.back()[i] = v;
    }
  }
  return result;
}

}  // namespace

SimulatedRuns::SimulatedRuns(const Problem& problem, const Assignment& setting) {
  const double most = problem.losses ? diverged * problem.reference : std::numeric_limits<double>::infinity();
  logarithms_ = problem.losses;
  const Repeats own = repeats_of(problem, setting, most);
  fails_ = 1 - static_cast<double>(own.values.size()) / static_cast<double>(own.all);
  if (own.values.empty()) {
    truth_ = sd_ = nothing;
    return;
  }
  mean_ = own.centre;
  std::vector<Repeats> similar = {own};
  for (const Assignment& s : neighbours(problem.space, setting))
    if (Repeats r = repeats_of(problem, s, most); r.values.size() > 1) similar.push_back(std::move(r));
  low_ = high_ = own.values[0];
  for (const Repeats& r : similar)
    for (const double v : r.values) low_ = std::min(low_, v), high_ = std::max(high_, v);
  if (own.values.size() < 2) similar.erase(similar.begin());

  truth_ = value(0, 0);
  const Surroundings around(similar);
  if (!around.noisy()) return;
  const bool aligned =
      std::all_of(similar.begin(), similar.end(), [&](const Repeats& r) { return r.values.size() == r.all; });
  const auto settings = static_cast<double>(similar.size());
  std::vector<double> of_seed(own.all, 0.0);
  for (const Repeats& r : similar) {
    const double freed = std::sqrt((r.degrees() + 1) / r.degrees());
    for (std::size_t s = 0; s < r.values.size(); ++s) {
      deviations_.push_back((r.values[s] - r.centre) * freed / around.scale_without(r, r.values[s]));
      if (aligned) of_seed[s] += deviations_.back() / settings;
    }
  }
  const auto mean_square = [](const std::vector<double>& values) {
    double squares = 0;
    for (const double v : values) squares += v * v / static_cast<double>(values.size());
    return squares;
  };
  double shared = 0;  // variance
  if (aligned && similar.size() > 1) {
    const double correct = std::sqrt(settings / (settings - 1));
    for (std::size_t i = 0; i < deviations_.size(); ++i)
      deviations_[i] = (deviations_[i] - of_seed[i % own.all]) * correct;
    shared = std::max(0.0, mean_square(of_seed) - mean_square(deviations_) / settings);
  }
  const double centre = mean(deviations_);
  for (double& d : deviations_) d -= centre;
  const double unit = around.scale(own) / std::sqrt(mean_square(deviations_) + shared);
  for (double& d : deviations_) d *= unit;
  shared_sd_ = unit * std::sqrt(shared);
  find_moments();
}

double SimulatedRuns::value(double deviation, double shared) const {
  const double v = std::clamp(mean_ + deviation + shared_sd_ * shared, low_, high_);
  return logarithms_ ? std::exp(v) : v;
}

void SimulatedRuns::find_moments() {
  const std::span<const double> shared =
      shared_sd_ > 0 ? std::span<const double>(shared_grid()) : std::span<const double>(not_shared);
  const double count = static_cast<double>(deviations_.size() * shared.size()), base = truth_;
  double sum = 0, squares = 0;
  for (const double d : deviations_)
    for (const double z : shared) {
      const double v = value(d, z) - base;
      sum += v / count;
      squares += v * v / count;
    }
  truth_ = base + sum;
  sd_ = std::sqrt(std::max(0.0, squares - sum * sum));
}

double SimulatedRuns::run(Key seed, Key own) const {
  if (fails_ > 0 && own.uniform(0) < fails_) return nothing;
  if (deviations_.empty()) return truth_;
  return value(deviations_[own.below(1, deviations_.size())], shared_grid()[seed.below(0, shared_values)]);
}

}  // namespace tailor
