// What makes each pruner; called by the table in pruners.cc alone.
#pragma once

#include <memory>

#include "tailor/tune/pruners/pruners.h"

namespace tailor {

std::unique_ptr<Pruner> make_no_pruner(const PrunerBudget& budget, const PrunerOptions& options);
std::unique_ptr<Pruner> make_median_pruner(const PrunerBudget& budget, const PrunerOptions& options);
std::unique_ptr<Pruner> make_asha_pruner(const PrunerBudget& budget, const PrunerOptions& options);
std::unique_ptr<Pruner> make_hyperband_pruner(const PrunerBudget& budget, const PrunerOptions& options);
std::unique_ptr<Pruner> make_one_epoch_pruner(const PrunerBudget& budget, const PrunerOptions& options);

}  // namespace tailor
