// Asynchronous successive halving with promotion from checkpoints: nothing that was trained is trained again.
#include "tailor/tune/pruners/makers.h"
#include "tailor/tune/pruners/rungs.h"

namespace tailor {
namespace {

class AshaPruner final : public Pruner {
 public:
  AshaPruner(int epochs, const PrunerOptions& options)
      : factor_(options.factor), rungs_(make_rungs(options.first, options.factor, epochs)) {}

  int first_stop(int) const override { return rungs_.front(); }

  std::optional<Resumption> resume(std::span<const PrunerTrial> trials, bool all_made) const override {
    return promotion(rungs_, factor_, all_made, trials, [](int) { return true; });
  }

 private:
  int factor_;
  std::vector<int> rungs_;
};

}  // namespace

std::unique_ptr<Pruner> make_asha_pruner(const PrunerBudget& budget, const PrunerOptions& options) {
  return std::make_unique<AshaPruner>(budget.epochs, options);
}

}  // namespace tailor
