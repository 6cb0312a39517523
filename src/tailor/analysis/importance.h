// Which hyperparameters matter: how much of the results' variance over the space each explains, alone and in
// pairs; how much tuning each alone gains over the default; and which may as well stay at their default. All
// from one surrogate, a forest grown on resampled trials, so that every number has a bootstrap interval.
#pragma once

#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"
#include "tailor/analysis/forest.h"
#include "tailor/tune/space.h"

namespace tailor {

// Trials to learn from: settings in the space with the result of each.
struct Results {
  std::vector<Assignment> settings{};
  std::vector<double> values{};  // higher is better; losses are negated
};

constexpr std::size_t least_trials_for_importance = 10;

struct PairShare {
  std::size_t a = 0, b = 0;  // places in the space
  Estimate share;            // of the variance, beyond a's and b's own
};

struct LeaveAtDefault {
  std::size_t parameter = 0;
  Estimate difference;  // best setting with this parameter at its default - best setting; negative is worse
};

class Surrogate {
 public:
  // At least least_trials_for_importance results. A resample draws at most 2000 of them.
  Surrogate(const Space& space, const Results& results, Key key = Key(0));

  // By place in the space. 0 to 1; what is missing to 1 in sum are pairs and larger groups.
  std::vector<Estimate> variance_shares() const { return shares_; }
  // The strongest pairs, the strongest first.
  std::vector<PairShare> strongest_pairs(std::size_t most = 10) const;

  // The gain over `untuned` from changing one parameter to its best value. That value is chosen by trees of
  // one half of a resample's trials and judged by trees of the other half, so that choosing is not rewarded.
  std::vector<Estimate> tunability(const Assignment& untuned) const;

  // For each parameter that the best setting has otherwise than `untuned`: what setting it back costs.
  std::vector<LeaveAtDefault> leave_at_default(const Assignment& best, const Assignment& untuned) const;

 private:
  struct Resample {
    std::vector<Tree> trees;      // of all its trials
    std::vector<Tree> halves[2];  // of either half
  };

  const Space& space_;
  Grid grid_;
  Key key_;
  std::vector<Resample> resamples_;
  std::vector<Estimate> shares_;
  std::vector<Estimate> pairs_;  // [a * size + b]
};

// PED-ANOVA's shares with bootstrap intervals, by place in the space.
std::vector<Estimate> ped_anova_intervals(const Space& space, const Results& results, Key key = Key(0));

}  // namespace tailor
