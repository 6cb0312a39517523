// The ladder of asynchronous successive halving (Li et al., MLSys 2020), in its promoting form: trials pause
// at each rung, and whoever is among the best 1 / factor of those that reached it goes on from its
// checkpoint. Used by asha and hyperband.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tailor/tune/pruners/pruner.h"

namespace tailor {

// Epochs of the rungs, ascending: epochs / factor^k as long as that is at least `first`.
std::vector<int> make_rungs(int first, int factor, int epochs);

// The best trial of the highest rung from which one may go on. If there will be no new trials, at least the
// best one of each rung may. Only trials whose number `member` accepts are on this ladder.
template <class Member>
std::optional<Resumption> promotion(std::span<const int> rungs, int factor, bool all_made,
                                    std::span<const PrunerTrial> trials, const Member& member);

// The value of a trial at an epoch, if it reached it; one that was complete before keeps its last. What is
// not a number (other programs may report that) is no value: such a trial is compared with nobody.
std::optional<double> value_at(const PrunerTrial& trial, int epoch);

// Whether `a` with its value is before `b`: the better value, then the lower number.
struct Ranked {
  double value;
  std::size_t trial;
  bool operator<(const Ranked& other) const {
    return value != other.value ? value < other.value : trial < other.trial;
  }
};

// The best so many of those that reached `epoch`, best first.
std::optional<Resumption> best_paused(std::vector<Ranked> reached, std::size_t among_best,
                                      std::span<const PrunerTrial> trials, int epoch, int until);

template <class Member>
std::optional<Resumption> promotion(std::span<const int> rungs, int factor, bool all_made,
                                    std::span<const PrunerTrial> trials, const Member& member) {
  for (std::size_t k = rungs.size() - 1; k-- > 0;) {
    std::vector<Ranked> reached;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (!member(trials[i].number)) continue;
      if (const std::optional<double> value = value_at(trials[i], rungs[k])) reached.push_back({*value, i});
    }
    std::size_t allowed = reached.size() / static_cast<std::size_t>(factor);
    if (all_made && allowed == 0) allowed = 1;
    if (auto found = best_paused(std::move(reached), allowed, trials, rungs[k], rungs[k + 1])) return found;
  }
  return std::nullopt;
}

}  // namespace tailor
