// Racing: who is still in it, given the candidates' results on common seeds. After each seed that all of them
// have run, from the first few on, those that are worse than the leader beyond chance are dropped.
//
// The test is one-sided on the mean paired difference to the leader (same seeds, so what a seed does to all
// cancels out). Its variance is that of the candidate's own residuals plus that of the better half's, pooled,
// after the means of candidates and seeds are taken out; degrees of freedom after Welch and Satterthwaite.
// Hopeless settings are noisier than good ones, which is why not all are pooled. The error of one look is
// shared among those compared (Bonferroni). Choosing wrongly costs a slightly worse winner and never an
// honest number: what is reported comes from seeds that the race has not seen.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tailor {

struct RaceOptions {
  int first_seeds = 3;  // that all candidates run; at least 2
  int most_seeds = 8;   // that anybody runs
  double error = 0.05;  // of dropping the best candidate at one look

  bool operator==(const RaceOptions&) const = default;
};

struct RaceStanding {
  std::vector<int> dropped_after;  // seeds, for each candidate; 0: still in
  int seeds = 0;                   // that all who are still in have run
  std::size_t leader = 0;          // lowest mean over those
  std::size_t left = 0;            // candidates still in

  bool in(std::size_t candidate) const { return dropped_after[candidate] == 0; }
  // Runs of the race if all who are in stay in.
  int most_runs(const RaceOptions& options) const;
  // Nothing is left to run.
  bool decided(const RaceOptions& options) const { return left <= 1 || seeds >= options.most_seeds; }
};

// costs[candidate][seed], to be minimised: NaN where there is no result yet, infinity for a run that failed.
// At least one candidate; a function of complete seeds only, so that later results never undo a decision.
RaceStanding judge_race(std::span<const std::vector<double>> costs, const RaceOptions& options);

}  // namespace tailor
