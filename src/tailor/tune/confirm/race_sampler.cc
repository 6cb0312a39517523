#include "tailor/tune/confirm/race_sampler.h"

#include <cmath>
#include <set>
#include <utility>

namespace tailor {
namespace {

using Run = std::pair<std::size_t, int>;  // candidate, seed

std::optional<Run> run_of(const Observation& o) {
  if (std::isnan(o.assignment[candidate_parameter]) || std::isnan(o.assignment[seed_parameter]))
    return std::nullopt;
  return Run{static_cast<std::size_t>(o.assignment[candidate_parameter]),
             static_cast<int>(o.assignment[seed_parameter])};
}

class RaceSampler final : public Sampler {
 public:
  explicit RaceSampler(const Confirmation& confirmation) : c_(confirmation) {}

  // Nothing while what comes next hangs on results that may not be seen yet.
  std::optional<Assignment> propose(const Space&, std::span<const Observation> history, int, Key) override {
    std::set<Run> given;
    bool all_seen = true, final = false;
    for (const Observation& o : history) {
      const auto run = run_of(o);
      if (!run) continue;
      given.insert(*run);
      all_seen = all_seen && o.state != Observation::State::running;
      final = final || c_.is_final(run->second);
    }
    const RaceStanding standing = judge_race(race_costs(c_, history), c_.race);
    if (!final && !standing.decided(c_.race)) {
      for (int seed = 1; seed <= c_.race.most_seeds; ++seed)
        for (std::size_t c = 0; c < c_.racers(); ++c)
          if (standing.in(c) && !given.count({c, seed})) return assignment(c, seed);
    }
    if (!final && !all_seen) return std::nullopt;
    for (int seed = c_.race.most_seeds + 1; seed <= c_.seeds(); ++seed)
      for (std::size_t c = 0; c < c_.candidates.size(); ++c)
        if (c_.runs_final(c, seed, standing.leader) && !given.count({c, seed})) return assignment(c, seed);
    return std::nullopt;
  }

 private:
  static Assignment assignment(std::size_t candidate, int seed) {
    return {static_cast<double>(candidate), static_cast<double>(seed)};
  }

  const Confirmation c_;
};

}  // namespace

std::unique_ptr<Sampler> make_race_sampler(const Confirmation& confirmation) {
  return std::make_unique<RaceSampler>(confirmation);
}

std::vector<std::vector<double>> race_costs(const Confirmation& confirmation,
                                            std::span<const Observation> history) {
  std::vector<std::vector<double>> costs(
      confirmation.racers(),
      std::vector<double>(static_cast<std::size_t>(confirmation.race.most_seeds), NAN));
  for (const Observation& o : history) {
    const auto run = run_of(o);
    if (!run || run->first >= costs.size() || confirmation.is_final(run->second)) continue;
    double& cost = costs[run->first][static_cast<std::size_t>(run->second) - 1];
    if (o.state == Observation::State::complete) cost = o.value;
    if (o.state == Observation::State::failed) cost = INFINITY;
  }
  return costs;
}

}  // namespace tailor
