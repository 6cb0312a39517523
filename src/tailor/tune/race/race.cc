#include "tailor/tune/race/race.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

#include "tailor/tune/race/mean_of_first.h"
#include "tailor/tune/race/race_each_look.h"

namespace tailor {
namespace {

using Costs = std::span<const std::vector<double>>;

// Student's t of how much worse `a` is than `b` on common seeds. Differences that are all the same (measures
// are counts of images, after all) tell nothing of the noise, and so are no evidence yet: 0.
double paired_t(const std::vector<double>& a, const std::vector<double>& b, std::size_t seeds) {
  const double n = static_cast<double>(seeds), difference = mean_of_first(a, seeds) - mean_of_first(b, seeds);
  double squares = 0, size = 0;
  for (std::size_t s = 0; s < seeds; ++s) {
    squares += std::pow(a[s] - b[s] - difference, 2);
    size = std::max({size, std::abs(a[s]), std::abs(b[s])});
  }
  const double error = std::sqrt(squares / (n - 1) / n);
  return error > 1e-12 * size ? difference / error : 0;
}

// Who of `in` is worse than any other one of them, each comparison at this level.
std::vector<std::size_t> beaten(Costs costs, std::span<const std::size_t> in, std::size_t seeds,
                                double level) {
  const boost::math::students_t distribution(static_cast<double>(seeds - 1));
  const double critical = quantile(complement(distribution, level));
  std::vector<std::size_t> out;
  for (const std::size_t c : in)
    if (std::any_of(in.begin(), in.end(),
                    [&](std::size_t rival) { return paired_t(costs[c], costs[rival], seeds) > critical; }))
      out.push_back(c);
  return out;
}

}  // namespace

RaceStanding judge_race(Costs costs, const RaceOptions& options) {
  RaceStanding standing{std::vector<int>(costs.size(), 0), 0, 0, costs.size()};
  const auto drop = [&standing](std::size_t candidate, std::size_t seeds) {
    standing.dropped_after[candidate] = static_cast<int>(seeds);
    --standing.left;
  };
  const int first_look = std::max(options.first_seeds, 2);
  const double comparisons =
      static_cast<double>(options.most_seeds - first_look + 1) * static_cast<double>(costs.size() - 1);
  for (std::size_t seeds = 1; seeds <= static_cast<std::size_t>(options.most_seeds); ++seeds) {
    std::vector<std::size_t> in;
    for (std::size_t c = 0; c < costs.size(); ++c) {
      if (!standing.in(c)) continue;
      if (seeds > costs[c].size() || std::isnan(costs[c][seeds - 1])) return standing;
      in.push_back(c);
    }
    // A setting that fails on one seed of a few cannot be recommended; but somebody stays in.
    for (const std::size_t c : in)
      if (std::isinf(costs[c][seeds - 1]) && standing.left > 1) drop(c, seeds);
    std::erase_if(in, [&](std::size_t c) { return !standing.in(c); });
    std::stable_sort(in.begin(), in.end(), [&](std::size_t x, std::size_t y) {
      return mean_of_first(costs[x], seeds) < mean_of_first(costs[y], seeds);
    });
    standing.seeds = static_cast<int>(seeds);
    standing.leader = in.front();
    if (in.size() < 2 || seeds < static_cast<std::size_t>(first_look)) continue;
    const bool whole_race = options.rule == RaceRule::whole_race;
    for (const std::size_t c : whole_race ? beaten(costs, in, seeds, options.error / comparisons)
                                          : beaten_at_one_look(costs, in, seeds, options.error))
      drop(c, seeds);
  }
  return standing;
}

}  // namespace tailor
