// Hyperband (Li et al., JMLR 18 (2018)) over asynchronous successive halving: brackets that differ in how
// long a trial runs before it is first compared, so that slow starters have a chance. A trial's bracket
// follows from its number, in such shares that each bracket gets about the same number of epochs.
#include <algorithm>

#include "tailor/tune/pruners/makers.h"
#include "tailor/tune/pruners/rungs.h"

namespace tailor {
namespace {

// Brackets in turn, each as often as its weight says and as evenly as possible.
std::vector<std::size_t> turns(const std::vector<int>& weights) {
  int total = 0;
  for (const int weight : weights) total += weight;
  std::vector<int> credit(weights.size());
  std::vector<std::size_t> order;
  for (int i = 0; i < total; ++i) {
    for (std::size_t b = 0; b < weights.size(); ++b) credit[b] += weights[b];
    const auto next = std::max_element(credit.begin(), credit.end());
    *next -= total;
    order.push_back(static_cast<std::size_t>(next - credit.begin()));
  }
  return order;
}

class HyperbandPruner final : public Pruner {
 public:
  HyperbandPruner(int epochs, const PrunerOptions& options)
      : factor_(options.factor), rungs_(make_rungs(options.first, options.factor, epochs)) {
    // n = ceil((s_max + 1) / (s + 1) * factor^s) trials for the bracket that starts s rungs below the top.
    const int brackets = static_cast<int>(rungs_.size());
    std::vector<int> weights;
    for (int s = brackets - 1; s >= 0; --s) {
      int power = 1;
      for (int k = 0; k < s; ++k) power *= factor_;
      weights.push_back((brackets * power + s) / (s + 1));
    }
    turns_ = turns(weights);
  }

  int first_stop(int number) const override { return rungs_[bracket(number)]; }

  std::optional<Resumption> resume(std::span<const PrunerTrial> trials, bool all_made) const override {
    for (std::size_t b = 0; b + 1 < rungs_.size(); ++b) {
      const auto found = promotion(std::span(rungs_).subspan(b), factor_, all_made, trials,
                                   [&](int number) { return bracket(number) == b; });
      if (found) return found;
    }
    return std::nullopt;
  }

 private:
  std::size_t bracket(int number) const { return turns_[static_cast<std::size_t>(number) % turns_.size()]; }

  int factor_;
  std::vector<int> rungs_;
  std::vector<std::size_t> turns_;
};

}  // namespace

std::unique_ptr<Pruner> make_hyperband_pruner(const PrunerBudget& budget, const PrunerOptions& options) {
  return std::make_unique<HyperbandPruner>(budget.epochs, options);
}

}  // namespace tailor
