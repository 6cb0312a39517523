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

// The same with an interval that holds 93 to 97 % of the time for n from 2 to a tenth of 20 results or more,
// where results are bounded: also where many tie and where the lower tail is long; up to 98 % where values are
// very coarse. Of long unbounded upper tails, which neither accuracies nor losses have, it holds less. No
// bounds if all results are equal.
Estimate expected_best_interval(std::span<const double> results, bool maximize, int n);

struct BestOfN {
  std::vector<int> n{};
  std::vector<Estimate> best{};  // with bounds for n from 2 to `most_covered`
  int most_covered = 0;          // 0: too few results for bounds
  int independent_trials = 0;    // that all of it rests on
  // The least n after which all further trials up to `most_covered` gain no more than `tolerance` together.
  std::optional<int> enough{};
  double tolerance = 0;
};

// The curve for n = 1, 2, … up to half the results, thinned to at most 40 points; nothing of fewer than 6
// results. It has no bias anywhere, but intervals only for n from 2 to a tenth of at least 20 results, which
// is as far as they hold what they promise. `tolerance`: a gain that is none, such as the noise of one
// training.
std::optional<BestOfN> best_of_n(std::span<const double> results, bool maximize, double tolerance);

}  // namespace tailor
