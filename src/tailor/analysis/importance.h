// Which hyperparameters matter: how much of the results' variance over the space each explains, alone and in
// pairs; and how much tuning each alone gains over the default. All from one surrogate, a forest grown on
// resampled trials. None of it has an interval: the resamples tell what other trials of the study would have
// changed, not how far a forest is from the truth, which is much further.
#pragma once

#include <span>
#include <vector>

#include "tailor/analysis/forest.h"
#include "tailor/tune/space/space.h"

namespace tailor {

// Trials to learn from: settings in the space with the result of each.
struct Results {
  std::vector<Assignment> settings{};
  std::vector<double> values{};  // higher is better; losses are negated
  // The same as they may have been, a row for each resample in turn, where some are predictions. Empty: all
  // are known.
  std::vector<std::vector<double>> drawn{};

  const std::vector<double>& of_resample(std::uint64_t r) const {
    return drawn.empty() ? values : drawn[r % drawn.size()];
  }
};

constexpr std::size_t least_trials_for_importance = 10;

struct PairShare {
  std::size_t a = 0, b = 0;  // places in the space
  double share = 0;          // of the variance, beyond a's and b's own
};

class Surrogate {
 public:
  // At least least_trials_for_importance results. A resample draws at most 2000 of them.
  Surrogate(const Space& space, const Results& results, Key key = Key(0));

  // By place in the space. 0 to 1; what is missing to 1 in sum are pairs and larger groups.
  std::vector<double> variance_shares() const { return shares_; }
  // The strongest pairs, the strongest first.
  std::vector<PairShare> strongest_pairs(std::size_t most = 10) const;

  // The gain over `untuned` from changing one parameter to its best value. That value is chosen by trees of
  // one half of a resample's trials and judged by trees of the other half, so that choosing is not rewarded.
  std::vector<double> tunability(const Assignment& untuned) const;

 private:
  struct Resample {
    std::vector<Tree> halves[2];  // trees of either half of its trials
  };

  const Space& space_;
  Grid grid_;
  Key key_;
  std::vector<Resample> resamples_;
  std::vector<double> shares_;
  std::vector<double> pairs_;  // [a * size + b]
};

}  // namespace tailor
