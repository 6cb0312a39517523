// "Is one epoch all you need for multi-fidelity hyperparameter optimization?" (Egele et al., ESANN 2023): one
// epoch for every trial, then the best few to the end. The baseline that other pruners must beat.
#include <algorithm>

#include "tailor/tune/pruners/makers.h"
#include "tailor/tune/pruners/rungs.h"

namespace tailor {
namespace {

class OneEpochPruner final : public Pruner {
 public:
  OneEpochPruner(const PrunerBudget& budget, const PrunerOptions& options)
      : epochs_(budget.epochs),
        first_(std::clamp(options.first, 1, budget.epochs)),
        keep_(options.keep > 0 ? options.keep : std::max(1, budget.trials / 10)) {}

  int first_stop(int) const override { return first_; }

  std::optional<Resumption> resume(std::span<const PrunerTrial> trials, bool all_made) const override {
    const bool waiting = std::any_of(trials.begin(), trials.end(), [&](const PrunerTrial& t) {
      return t.state == PrunerTrial::State::running && static_cast<int>(t.values.size()) < first_;
    });
    if (!all_made || waiting) return std::nullopt;
    std::vector<Ranked> reached;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (const std::optional<double> value = value_at(trials[i], first_)) reached.push_back({*value, i});
    }
    return best_paused(std::move(reached), static_cast<std::size_t>(keep_), trials, first_, epochs_);
  }

 private:
  int epochs_, first_, keep_;
};

}  // namespace

std::unique_ptr<Pruner> make_one_epoch_pruner(const PrunerBudget& budget, const PrunerOptions& options) {
  return std::make_unique<OneEpochPruner>(budget, options);
}

}  // namespace tailor
