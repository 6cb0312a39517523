#include "simulated_study.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <optional>

#include "tailor/tune/pruners/pruners.h"
#include "tailor/tune/samplers/samplers.h"

namespace tailor {
namespace {

constexpr int epochs = 27;

std::vector<double> curve_of(const Problem& problem, const Assignment& setting, double end, Key own) {
  std::uint64_t hash = 0;
  for (const double v : setting) hash = mix64(hash ^ std::bit_cast<std::uint64_t>(v));
  const double bend = 1.5 + 6 * Key(hash).uniform(0), start = std::max(problem.reference, end);
  const double wiggle = 0.05 * std::abs(problem.reference - problem.best);
  std::vector<double> curve;
  for (int e = 1; e <= epochs; ++e) {
    const double left = 1 - static_cast<double>(e) / epochs;
    curve.push_back(end + (start - end) * std::pow(left, bend) +
                    wiggle * left * own.normal(static_cast<std::uint64_t>(e)));
  }
  return curve;
}

class Simulation {
 public:
  Simulation(const Problem& problem, const SimulatedPlan& plan, Key key)
      : problem_(problem),
        plan_(plan),
        key_(key),
        sampler_(make_sampler(plan.sampler)),
        pruner_(make_pruner(plan.pruner, {.epochs = epochs, .trials = plan.trials}, {.first = 3})) {}

  std::vector<Tried> run() {
    while (step()) {
    }
    std::vector<Tried> complete;
    for (std::size_t i = 0; i < tried_.size(); ++i)
      if (history_[i].state == Observation::State::complete) complete.push_back(std::move(tried_[i]));
    return complete;
  }

 private:
  bool step() {
    const bool all_made = static_cast<int>(tried_.size()) >= plan_.trials;
    if (plan_.pruner != "none")
      if (const auto next = pruner_->resume(pruner_trials(), all_made)) {
        train(next->trial, next->until);
        return true;
      }
    if (all_made) return false;
    const int number = static_cast<int>(tried_.size());
    const auto setting = sampler_->propose(problem_.space, history_, number, key_);
    if (!setting) return false;
    const Key own = key_.with(Purpose::trial).with(static_cast<std::uint64_t>(number));
    Tried t{*setting, SimulatedRuns(problem_, *setting)};
    t.value = t.runs.run(own.with(1), own);
    curves_.push_back(std::isnan(t.value) ? std::vector<double>{}
                                          : curve_of(problem_, *setting, t.value, own.with(2)));
    tried_.push_back(std::move(t));
    history_.push_back({number, *setting, Observation::State::failed});
    trained_.push_back(0);
    if (!curves_.back().empty()) train(tried_.size() - 1, pruner_->first_stop(number));
    return true;
  }

  void train(std::size_t trial, int until) {
    Observation& o = history_[trial];
    trained_[trial] = until;
    const std::span<const double> seen = std::span(curves_[trial]).first(static_cast<std::size_t>(until));
    o.state = until >= epochs ? Observation::State::complete : Observation::State::pruned;
    o.value = seen.back();
    o.step = until >= epochs ? -1 : until;
    if (plan_.pruner != "none") o.curve = seen;
  }

  std::vector<PrunerTrial> pruner_trials() const {
    std::vector<PrunerTrial> trials;
    for (std::size_t i = 0; i < tried_.size(); ++i) {
      const auto state = history_[i].state;
      trials.push_back({.number = static_cast<int>(i),
                        .state = state == Observation::State::failed   ? PrunerTrial::State::failed
                                 : state == Observation::State::pruned ? PrunerTrial::State::paused
                                                                       : PrunerTrial::State::complete,
                        .values = std::span(curves_[i]).first(static_cast<std::size_t>(trained_[i])),
                        .scheduled = trained_[i]});
    }
    return trials;
  }

  const Problem& problem_;
  const SimulatedPlan& plan_;
  const Key key_;
  const std::unique_ptr<Sampler> sampler_;
  const std::unique_ptr<Pruner> pruner_;
  std::vector<Tried> tried_{};
  std::vector<std::vector<double>> curves_{};
  std::vector<int> trained_{};  // epochs
  std::vector<Observation> history_{};
};

}  // namespace

std::vector<Tried> run_study(const Problem& problem, const SimulatedPlan& plan, Key key) {
  return Simulation(problem, plan, key).run();
}

Assignment untuned_setting(const Space& space) {
  Assignment setting;
  for (const Parameter& p : space.parameters())
    setting.push_back(p.distribution.kind == Distribution::Kind::categorical
                          ? 0
                          : std::floor((p.distribution.low + p.distribution.high) / 2));
  return setting;
}

std::vector<std::size_t> best_first(const std::vector<Tried>& tried) {
  std::vector<std::size_t> order(tried.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t x, std::size_t y) { return tried[x].value < tried[y].value; });
  return order;
}

}  // namespace tailor
