// Every trial is trained to the end.
#include "tailor/tune/pruners/makers.h"

namespace tailor {
namespace {

class NoPruner final : public Pruner {
 public:
  explicit NoPruner(int epochs) : epochs_(epochs) {}
  int first_stop(int) const override { return epochs_; }

 private:
  int epochs_;
};

}  // namespace

std::unique_ptr<Pruner> make_no_pruner(const PrunerBudget& budget, const PrunerOptions&) {
  return std::make_unique<NoPruner>(budget.epochs);
}

}  // namespace tailor
