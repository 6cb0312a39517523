// Any number of fresh seeds of a setting of a table that has 3 to 5: draws from a distribution that is known
// exactly, made from the table's own residuals. Used by `calibration`.
//
// The setting's mean is its repeats' own. Its deviations are the residuals of its repeats and of those of the
// settings one step away, each freed of the shrinkage that a mean of few values brings, over the scale of the
// other repeats of its setting, times the scale of this one; of losses all this in logarithms, so that none is
// negative.
// Scales are moderated by the neighbours', the more the less these differ beyond chance (Smyth, Stat. Appl.
// Genet. Mol. Biol. 3 (2004) 3). So skewness is the table's, and all repeats of a setting being equal by
// chance is no noise of 0. No result is better or worse than all repeats within one step: where settings differ
// much in their noise, luck would be without bounds otherwise. What a seed does to all settings alike (the split, say) is
// known at 3 to 5 seeds only; it is drawn normal, with the variance that the table's repeats share, and is
// the same for all settings of a seed.
#pragma once

#include <vector>

#include "tailor/base/random.h"
#include "tuning_problems.h"

namespace tailor {

class SimulatedRuns {
 public:
  // `problem` needs repeats. A repeat of a loss fails if it is missing or above ten times the median setting,
  // and so do as many of the simulated runs.
  SimulatedRuns(const Problem& problem, const Assignment& setting);

  // One training: NaN if it diverges. Runs of one `seed` share what a seed does to all.
  double run(Key seed, Key own) const;
  // Of runs that do not diverge; NaN if all do.
  double truth() const { return truth_; }
  double sd() const { return sd_; }
  double fails() const { return fails_; }  // share of runs that diverge

 private:
  double value(double deviation, double shared) const;
  void find_moments();

  bool logarithms_ = false;               // of what follows
  double mean_ = 0, low_ = 0, high_ = 0;  // of the repeats within one step: results lie between them
  double fails_ = 0;
  std::vector<double> deviations_{};  // of mean 0
  double shared_sd_ = 0;
  double truth_ = 0, sd_ = 0;
};

}  // namespace tailor
