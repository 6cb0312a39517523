// Whole studies on a table of real trainings with simulated seeds: any sampler, with or without a pruner.
// Used by `calibration`.
#pragma once

#include <string>
#include <vector>

#include "simulated_runs.h"
#include "tuning_problems.h"

namespace tailor {

// A setting that was tried. Values are costs: all tables are minimised.
struct Tried {
  Assignment setting;
  SimulatedRuns runs;
  double value = 0;  // what its trial reported
};

struct SimulatedPlan {
  std::string sampler = "random", pruner = "none";
  int trials = 100;
};

// The complete trials, by number. A trial whose run diverges fails. Under a pruner, trials have curves of 27
// epochs: they end at the run's value and come from the median setting's, faster or slower as the setting
// decides, with noise on the way, so that early ranks mislead as they do in trainings.
std::vector<Tried> run_study(const Problem& problem, const SimulatedPlan& plan, Key key);

// The middle of every range, the first of every choice: what nobody tuned.
Assignment untuned_setting(const Space& space);

// The places of trials, the best report first.
std::vector<std::size_t> best_first(const std::vector<Tried>& tried);

}  // namespace tailor
