// Racing: who is still in it, given the candidates' results on common seeds. After each seed that all of them
// have run, from the first few on, those that are worse than another one beyond chance are dropped.
//
// What holds: each candidate that is truly best (lowest expected cost, never failing; ties are all best)
// stays to the end with probability 1 - `error` at least, over all looks and rivals together, wherever the
// differences between two candidates on common seeds are independent normal draws: any noise of each, any
// effect of the seed on all. Proof: it can only be dropped by one of L (n - 1) one-sided t-tests on paired
// differences (n candidates at the start, L looks), each true and each with the level error / (L (n - 1)):
// Bonferroni, over the looks the simplest alpha spending (Lan and DeMets, Biometrika 70, 1983). Nothing is
// pooled among candidates, because settings differ in their noise. Where noise is skewed and rare bad runs
// carry the mean, no test on a few seeds can keep it; docs/confirming.md measures by how much it fails.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tailor {

// What `error` is the error of.
enum class RaceRule {
  whole_race,
  each_look,  // of confirmations that were begun before there was another rule; see race_each_look.h
};

struct RaceOptions {
  int first_seeds = 3;  // that all candidates run; at least 2
  int most_seeds = 8;   // that anybody runs
  double error = 0.05;  // the most that the probability of dropping a truly best candidate may be
  RaceRule rule = RaceRule::whole_race;

  bool operator==(const RaceOptions&) const = default;
};

struct RaceStanding {
  std::vector<int> dropped_after;  // seeds, for each candidate; 0: still in
  int seeds = 0;                   // that all who are still in have run
  std::size_t leader = 0;          // lowest mean over those
  std::size_t left = 0;            // candidates still in

  bool in(std::size_t candidate) const { return dropped_after[candidate] == 0; }
  // Nothing is left to run.
  bool decided(const RaceOptions& options) const { return left <= 1 || seeds >= options.most_seeds; }
};

// costs[candidate][seed], to be minimised: NaN where there is no result yet, infinity for a run that failed.
// At least one candidate; a function of complete seeds only, so that later results never undo a decision.
RaceStanding judge_race(std::span<const std::vector<double>> costs, const RaceOptions& options);

}  // namespace tailor
