#include "tailor/tune/pruners/pruners.h"

#include <array>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/tune/pruners/makers.h"

namespace tailor {
namespace {

constexpr std::array pruner_table = {
    PrunerKind{"none", "every trial is trained to the end", make_no_pruner},
    PrunerKind{"median", "stops a trial that is worse than the median of the complete ones at the same epoch",
               make_median_pruner},
    PrunerKind{"asha", "pauses after 1, 3, 9, … epochs; the best third of each rung goes on",
               make_asha_pruner},
    PrunerKind{"hyperband", "asha in several brackets that pause first after 1, 3, 9, … epochs",
               make_hyperband_pruner},
    PrunerKind{"one_epoch", "one epoch for every trial, then the best few to the end", make_one_epoch_pruner},
};

}  // namespace

std::optional<Resumption> Pruner::resume(std::span<const PrunerTrial>, bool) const { return std::nullopt; }

std::vector<double> Pruner::limits(std::span<const PrunerTrial>, int, int) const { return {}; }

std::span<const PrunerKind> pruner_kinds() { return pruner_table; }

std::unique_ptr<Pruner> make_pruner(std::string_view name, const PrunerBudget& budget,
                                    const PrunerOptions& options) {
  std::vector<std::string> names;
  for (const PrunerKind& kind : pruner_table) {
    if (kind.name == name) return kind.make(budget, options);
    names.emplace_back(kind.name);
  }
  throw usage_error("unknown pruner '{}'{}; known are {}", name, did_you_mean(name, names),
                    join(names, ", "));
}

}  // namespace tailor
