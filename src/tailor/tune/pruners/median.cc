// The median rule of Google Vizier (Golovin et al., KDD 2017) as Optuna has it: a trial ends when its best
// value so far is worse than the median of the complete trials' values at the same epoch. What is complete is
// what may be seen when the trial starts, so that the rule is the same however many workers there are. Values
// that are no finite numbers, as other programs may report them, do not count.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tailor/math/quantiles.h"
#include "tailor/tune/pruners/makers.h"

namespace tailor {
namespace {

class MedianPruner final : public Pruner {
 public:
  MedianPruner(int epochs, const PrunerOptions& options) : epochs_(epochs), options_(options) {}

  int first_stop(int) const override { return epochs_; }

  std::vector<double> limits(std::span<const PrunerTrial> trials, int from, int to) const override {
    std::vector<double> limits;
    for (int epoch = from + 1; epoch <= to; ++epoch) {
      std::vector<double> there;
      for (const PrunerTrial& trial : trials) {
        if (trial.state != PrunerTrial::State::complete || static_cast<int>(trial.values.size()) < epoch)
          continue;
        const double value = trial.values[static_cast<std::size_t>(epoch) - 1];
        if (std::isfinite(value)) there.push_back(value);
      }
      const bool decide = epoch >= options_.warmup && epoch < epochs_ && !there.empty() &&
                          static_cast<int>(there.size()) >= options_.startup;
      limits.push_back(decide ? median(std::move(there)) : std::numeric_limits<double>::infinity());
    }
    const bool any = std::any_of(limits.begin(), limits.end(),
                                 [](double x) { return x < std::numeric_limits<double>::infinity(); });
    return any ? limits : std::vector<double>();
  }

 private:
  int epochs_;
  PrunerOptions options_;
};

}  // namespace

std::unique_ptr<Pruner> make_median_pruner(const PrunerBudget& budget, const PrunerOptions& options) {
  return std::make_unique<MedianPruner>(budget.epochs, options);
}

}  // namespace tailor
