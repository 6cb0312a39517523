#include "tailor/tune/study/forecast.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/tune/pruners/pruners.h"

namespace tailor {
namespace {

constexpr std::size_t most_played = 500;  // trials; each decision looks at all of them

class Play {
 public:
  explicit Play(const StudyView& view)
      : budget_(view.definition().budget),
        pruner_(make_pruner(view.definition().pruner, {budget_.epochs, budget_.trials},
                            view.definition().pruner_options)) {
    for (const StudyTrial& trial : view.trials()) {
      if (!trial.costs.empty()) earlier_.push_back(trial.costs);
    }
    for (const StudyTrial& trial : view.trials()) {
      const auto done = static_cast<int>(trial.costs.size());
      repeated_ = trial.repeats ? repeated_ + 1 : 0;
      PrunerTrial& played = add(trial.costs, done);
      played.state = pruner_state(trial, std::numeric_limits<int>::max());
      if (!trial.jobs.empty()) given_ += done;
      if (const Job* job = trial.open_job()) {
        train(played, job->to, job->limits, job->from);
      } else if (trial.state == TrialState::waiting) {
        start(played, trial.untuned ? budget_.epochs : pruner_->first_stop(played.number));
      }
    }
  }

  std::int64_t epochs() {
    while (budget_.total_epochs == 0 || given_ < budget_.search_epochs()) {
      const bool all_made = static_cast<int>(trials_.size()) >= budget_.trials - budget_.repeats;
      if (const auto next = pruner_->resume(trials_, all_made)) {
        PrunerTrial& trial = trials_[next->trial];
        const int from = trial.scheduled;
        train(trial, next->until, pruner_->limits(trials_, from, next->until), from);
      } else if (all_made) {
        break;
      } else {
        PrunerTrial& trial = add(drawn(), 0);
        start(trial, pruner_->first_stop(trial.number));
      }
    }
    return trained_ + static_cast<std::int64_t>(std::max(0, budget_.repeats - repeated_)) * budget_.epochs;
  }

 private:
  // A trial with so many epochs done of what it will come to, which after the end of `costs` stays the same.
  PrunerTrial& add(std::vector<double> costs, int done) {
    costs.resize(static_cast<std::size_t>(std::max(budget_.epochs, done)), costs.empty() ? 0 : costs.back());
    curves_.push_back(std::move(costs));
    trials_.push_back({.number = static_cast<int>(trials_.size()), .scheduled = done});
    show(trials_.back(), done);
    return trials_.back();
  }

  // The costs of an earlier trial. In turn they would keep the ranks as they are, so that too few trials
  // would be promoted.
  std::vector<double> drawn() const {
    if (earlier_.empty()) return {};
    return earlier_[static_cast<std::size_t>(Key(1).bits(trials_.size()) % earlier_.size())];
  }

  void show(PrunerTrial& trial, int done) const {
    trial.values =
        std::span(curves_[static_cast<std::size_t>(trial.number)]).first(static_cast<std::size_t>(done));
  }

  void start(PrunerTrial& trial, int first_stop) {
    const int until = std::clamp(first_stop, 1, budget_.epochs);
    train(trial, until, pruner_->limits(trials_, 0, until), 0);
  }

  // limits[i]: after epoch from + 1 + i, see Pruner::limits.
  void train(PrunerTrial& trial, int until, std::span<const double> limits, int from) {
    const std::vector<double>& curve = curves_[static_cast<std::size_t>(trial.number)];
    const auto before = static_cast<int>(trial.values.size());
    int done = before;
    double best = *std::min_element(curve.begin(), curve.begin() + std::max(before, 1));
    trial.scheduled = until;
    trial.state = until >= budget_.epochs ? PrunerTrial::State::complete : PrunerTrial::State::paused;
    while (done < until && trial.state != PrunerTrial::State::pruned) {
      best = std::min(best, curve[static_cast<std::size_t>(done)]);
      ++done;
      const auto i = static_cast<std::size_t>(done - from - 1);
      if (i < limits.size() && best > limits[i]) trial.state = PrunerTrial::State::pruned;
    }
    trained_ += done - before;
    given_ += done - before;
    show(trial, done);
  }

  const StudyBudget budget_;
  const std::unique_ptr<Pruner> pruner_;
  std::int64_t given_ = 0, trained_ = 0;
  int repeated_ = 0;  // repeats that the trials end with
  std::vector<std::vector<double>> earlier_, curves_;
  std::vector<PrunerTrial> trials_;
};

}  // namespace

double epochs_to_go(const StudyView& view) {
  const StudyBudget& budget = view.definition().budget;
  const auto all = std::max(view.trials().size(), static_cast<std::size_t>(budget.trials));
  if (all <= most_played) return static_cast<double>(Play(view).epochs());
  double made = 0, epochs = 0, begun = 0;
  for (const StudyTrial& trial : view.trials()) {
    const auto done = static_cast<double>(trial.costs.size());
    if (is_finished(trial.state) || trial.paused()) {
      made += 1;
      epochs += done;
    } else {
      begun += done;
    }
  }
  if (made == 0) return 0;
  double to_go = epochs / made * (static_cast<double>(all) - made) - begun;
  if (budget.total_epochs > 0) to_go = std::min(to_go, budget.total_epochs - epochs - begun);
  return std::max(0.0, to_go);
}

}  // namespace tailor
