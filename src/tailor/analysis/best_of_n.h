// The best result to expect from n independent trials: what more trials are worth.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"

namespace tailor {

// E[best of n] of results of independent draws, without bias: the mean over all subsets of n of them (Tang et
// al., "Showing your work doesn't always work", ACL 2020, equation 4). 1 <= n <= the number of results.
double expected_best(std::span<const double> results, bool maximize, int n);

// The same with an interval, rather too wide than too narrow: it holds 93 to 99 % of the time, also where
// many results tie, where the best value is rare and where the tail is long. n at most an eighth of the
// results: beyond that the best few decide everything. No bounds if all results are equal.
Estimate expected_best_interval(std::span<const double> results, bool maximize, int n);

struct BestOfN {
  std::vector<int> n{};
  std::vector<Estimate> best{};  // the first `covered` of them have bounds
  std::size_t covered = 0;
  int independent_trials = 0;  // that all of it rests on
  // The least n after which all further trials of the covered curve gain no more than `tolerance` together.
  std::optional<int> enough{};
  double tolerance = 0;
};

// The curve for n = 1, 2, … up to half the results, thinned to at most 40 points; nothing of fewer than 6
// results. It has no bias anywhere, but intervals only up to an eighth of at least 16 results, which is as
// far as they hold what they promise. `tolerance`: a gain that is none, such as the noise of one training.
std::optional<BestOfN> best_of_n(std::span<const double> results, bool maximize, double tolerance);

}  // namespace tailor
