#include "tailor/tune/samplers/gp_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tailor/math/minimize.h"

namespace tailor {
namespace {

constexpr std::uint32_t spread_candidates = 100;  // over the whole space
constexpr std::uint64_t near_candidates = 100;    // around good settings
constexpr std::size_t most_centers = 5;
constexpr std::size_t climbs = 4;  // from the best of the candidates
constexpr int most_rounds = 20;
constexpr std::uint64_t few_values = 16;  // of a discrete parameter: all are looked at

std::vector<std::size_t> descending(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return order;
}

// The values that a step from `value` may lead to: all of a few, otherwise those at distances 1, 2, 4, …
// steps.
std::vector<double> steps(const Distribution& d, double value) {
  std::vector<double> to;
  const std::uint64_t count = cardinality(d).value_or(0);
  if (count == 0) return to;
  if (count <= few_values || d.kind == Distribution::Kind::categorical) {
    for (std::uint64_t k = 0; k < count; ++k) to.push_back(value_at(d, k));
  } else {
    for (double step = d.step; step <= d.high - d.low; step *= 2) {
      to.push_back(snap(d, value + step));
      to.push_back(snap(d, value - step));
    }
  }
  std::erase(to, value);
  return to;
}

// A number within [0, 1] as if it were reflected at the ends.
double reflected(double x) {
  x = std::abs(x);
  return std::clamp(x > 1 ? 2 - x : x, 0.0, 1.0);
}

}  // namespace

GpSearch::GpSearch(const Space& space, const GpEncoding& encoding, const GpObjective& objective, Tried& tried)
    : space_(space), encoding_(encoding), objective_(objective), tried_(tried) {}

std::optional<Assignment> GpSearch::run(std::span<const Assignment* const> centers, const Sobol& sobol,
                                        Key key) {
  std::vector<Assignment> pool;
  for (std::uint32_t i = 0; i < spread_candidates; ++i) {
    pool.push_back(from_unit(space_, sobol.point(i, key.with(Purpose::scrambling))));
  }
  const std::size_t used = std::min(centers.size(), most_centers);
  for (std::uint64_t i = 0; used > 0 && i < near_candidates; ++i) {
    pool.push_back(perturbed(*centers[i % used], key.with(Purpose::sample).with(i)));
  }
  std::vector<Candidate> best = starts(std::move(pool));
  for (Candidate& candidate : best) climb(candidate);
  std::stable_sort(best.begin(), best.end(),
                   [](const Candidate& a, const Candidate& b) { return a.gain > b.gain; });
  return tried_.first_new(
      [&](std::uint64_t i) { return i < best.size() ? best[i].setting : draw_uniform(space_, key.with(i)); },
      key);
}

std::vector<double> GpSearch::gains(std::span<const Assignment> settings) const {
  std::vector<double> rows;
  for (const Assignment& setting : settings) encoding_.append(setting, rows);
  return objective_.posterior.log_improvement(rows, objective_.best);
}

// Some parameters moved by a random share of their length scales, from all of it to a hundredth.
Assignment GpSearch::perturbed(const Assignment& from, Key key) const {
  constexpr double share_moved = 0.4;
  const double moved = std::max(share_moved, 2.0 / static_cast<double>(space_.size()));
  const double reach = std::pow(10.0, -2 * key.uniform(0));
  Assignment to(space_.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < space_.size(); ++i) {
    if (!space_.active(i, to)) continue;
    const Distribution& d = space_.distribution(i);
    const double u = key.uniform(2 * i + 1);
    const bool known = contains(d, from[i]);
    if (known && key.uniform(2 * i + 2) >= moved) {
      to[i] = from[i];
    } else if (!known || d.kind == Distribution::Kind::categorical) {
      to[i] = from_unit(d, u);
    } else {
      const double length = std::min(std::exp(objective_.hyperparameters[i]), 1.0);
      const double step = key.with(Purpose::proposal).normal(i) * reach * length;
      to[i] = from_unit(d, reflected(to_unit(d, from[i]) + step));
      if (to[i] == from[i] && d.step > 0) to[i] = snap(d, from[i] + (u < 0.5 ? -d.step : d.step));
    }
  }
  return to;
}

// The best different settings of the pool that have not been tried.
std::vector<GpSearch::Candidate> GpSearch::starts(std::vector<Assignment> pool) const {
  const std::vector<double> gain = gains(pool);
  std::vector<Candidate> best;
  for (const std::size_t i : descending(gain)) {
    const bool taken = std::any_of(best.begin(), best.end(), [&](const Candidate& other) {
      return same_setting(other.setting, pool[i]);
    });
    if (taken || tried_.contains(pool[i])) continue;
    best.push_back({pool[i], gain[i]});
    if (best.size() == climbs) break;
  }
  return best;
}

void GpSearch::climb(Candidate& candidate) const {
  for (int round = 0; round < most_rounds; ++round) {
    const bool reals = climb_reals(candidate), discrete = climb_discrete(candidate);
    if (!discrete || (!reals && !discrete)) break;
  }
}

bool GpSearch::climb_reals(Candidate& candidate) const {
  std::vector<std::size_t> reals;
  for (std::size_t i = 0; i < space_.size(); ++i) {
    if (!std::isnan(candidate.setting[i]) && !cardinality(space_.distribution(i))) reals.push_back(i);
  }
  if (reals.empty()) return false;
  std::vector<double> row, at, by_column(encoding_.columns());
  encoding_.append(candidate.setting, row);
  for (const std::size_t i : reals) at.push_back(row[encoding_.column(i)]);
  const auto loss = [&](std::span<const double> x, std::span<double> gradient) {
    for (std::size_t k = 0; k < reals.size(); ++k) row[encoding_.column(reals[k])] = x[k];
    const double gain = objective_.posterior.log_improvement(row, objective_.best, by_column);
    for (std::size_t k = 0; k < reals.size(); ++k) gradient[k] = -by_column[encoding_.column(reals[k])];
    return -gain;
  };
  const std::vector<double> low(reals.size(), 0), high(reals.size(), 1);
  const double gain =
      -minimize(loss, at, low, high, {.evaluations = 40, .tolerance = 1e-3, .least_decrease = 1e-4});
  if (gain <= candidate.gain + 1e-6) return false;
  candidate.gain = gain;
  for (std::size_t k = 0; k < reals.size(); ++k) {
    candidate.setting[reals[k]] = from_unit(space_.distribution(reals[k]), at[k]);
  }
  return true;
}

// Gives each discrete parameter in turn the value that makes the best new setting, if it is better.
bool GpSearch::climb_discrete(Candidate& candidate) const {
  bool moved = false;
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const std::vector<Assignment> around = neighbors(candidate.setting, i);
    if (around.empty()) continue;
    const std::vector<double> gain = gains(around);
    for (const std::size_t best : descending(gain)) {
      if (gain[best] <= candidate.gain + 1e-9) break;
      if (tried_.contains(around[best])) continue;
      candidate = {around[best], gain[best]};
      moved = true;
      break;
    }
  }
  return moved;
}

// The setting with other values of parameter i; children that appear start in the middle.
std::vector<Assignment> GpSearch::neighbors(const Assignment& setting, std::size_t i) const {
  std::vector<Assignment> around;
  if (std::isnan(setting[i])) return around;
  for (const double value : steps(space_.distribution(i), setting[i])) {
    Assignment moved = setting;
    moved[i] = value;
    for (std::size_t child = i + 1; child < space_.size(); ++child) {
      if (!space_.active(child, moved)) {
        moved[child] = std::numeric_limits<double>::quiet_NaN();
      } else if (std::isnan(moved[child])) {
        moved[child] = from_unit(space_.distribution(child), 0.5);
      }
    }
    around.push_back(std::move(moved));
  }
  return around;
}

}  // namespace tailor
