// PED-ANOVA (Watanabe, Bansal, Hutter, IJCAI 2023): how differently each parameter is distributed among the
// best trials and among all. As in Optuna 5, also for conditional parameters (arXiv 2601.20800).
#pragma once

#include <span>
#include <vector>

#include "tailor/tune/space/space.h"

namespace tailor {

struct PedAnovaOptions {
  double best_share = 0.1;  // of the trials; those that equal the last of them too
  int steps = 50;           // of the grid over a parameter that has more values
};

// The importance of each parameter, in shares that add up to 1; all 0 if nothing differs. `losses` rank the
// trials, lower is better; their size does not matter.
std::vector<double> ped_anova(const Space& space, std::span<const Assignment> settings,
                              std::span<const double> losses, const PedAnovaOptions& options = {});

}  // namespace tailor
