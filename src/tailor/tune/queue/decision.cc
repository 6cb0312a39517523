#include "tailor/tune/queue/decision.h"

#include <algorithm>
#include <limits>

#include "tailor/tune/study/repeats.h"

namespace tailor {
namespace {

class Decider {
 public:
  Decider(StudyView& view, Sampler& sampler, const Pruner& pruner, bool everything_visible)
      : view_(view),
        sampler_(sampler),
        pruner_(pruner),
        d_(view.definition()),
        free_(everything_visible),
        horizon_(everything_visible ? std::numeric_limits<int>::max() : view.next_job() - d_.lag) {}

  Decision decide() {
    const auto open = view_.open_jobs();
    if (!open.empty() && !free_ && open.front().first->number <= horizon_) return {Decision::Kind::wait};
    if (std::optional<Decision> next = next_work()) return *next;
    if (free_) return {open.empty() ? Decision::Kind::finished : Decision::Kind::wait};
    return {all_seen() ? Decision::Kind::finished : Decision::Kind::empty};
  }

 private:
  std::optional<Decision> next_work() {
    if (d_.budget.total_epochs > 0 && view_.epochs_given(horizon_) >= d_.budget.search_epochs())
      return repeat();
    const std::vector<StudyTrial>& trials = view_.trials();
    if (const auto wish = view_.waiting()) return claim(*wish);
    const std::span<const PrunerTrial> seen = view_.pruner_trials(horizon_);
    const int number = static_cast<int>(trials.size());
    const bool searched = number >= d_.budget.trials - d_.budget.repeats;
    if (const auto next = pruner_.resume(seen, searched)) return resume(*next);
    if (number >= d_.budget.trials) return std::nullopt;
    if (searched) return repeat();
    if (auto setting = propose(number))
      return Decision{Decision::Kind::start, std::move(*setting), 0, first_job(number, seen)};
    if (const auto next = pruner_.resume(seen, true)) return resume(*next);  // the space is exhausted
    return repeat();
  }

  // In full: its result is compared with those of complete trials.
  std::optional<Decision> repeat() {
    if (d_.budget.repeats == 0) return std::nullopt;
    const auto next = next_repeat(view_.reports(), d_.budget.repeats);
    if (!next || (next->new_round && !all_ended())) return std::nullopt;
    return Decision{.kind = Decision::Kind::start,
                    .setting = view_.observations(horizon_)[next->trial].assignment,
                    .job = {view_.next_job(), 0, d_.budget.epochs, {}},
                    .repeats = next->trial};
  }

  std::optional<Assignment> propose(int number) {
    return sampler_.propose(d_.space, view_.observations(horizon_), number, d_.proposal_key());
  }

  Decision claim(std::size_t i) {
    const int number = static_cast<int>(i);
    Decision claim{Decision::Kind::claim, {}, i, first_job(number, view_.pruner_trials(horizon_))};
    if (view_.trials()[i].untuned) {  // the measure of all others runs to the end
      claim.job.to = d_.budget.epochs;
      claim.job.limits.clear();
    } else {
      claim.setting =
          propose(number).value_or(draw_uniform(d_.space, d_.proposal_key().with(Purpose::trial).with(i)));
    }
    return claim;
  }

  Job first_job(int number, std::span<const PrunerTrial> seen) const {
    const int to = std::clamp(pruner_.first_stop(number), 1, d_.budget.epochs);
    return {view_.next_job(), 0, to, pruner_.limits(seen, 0, to)};
  }

  Decision resume(const Resumption& next) const {
    const Job& last = view_.trials()[next.trial].jobs.back();
    const std::span<const PrunerTrial> seen = view_.pruner_trials(horizon_);
    return {Decision::Kind::resume,
            {},
            next.trial,
            Job{view_.next_job(), last.reached, next.until, pruner_.limits(seen, last.reached, next.until)}};
  }

  bool all_ended() const { return free_ ? view_.open_jobs().empty() : all_seen(); }

  // Whether no result is hidden from this job.
  bool all_seen() const {
    const int newest = view_.next_job() - 1;
    if (newest <= horizon_) return true;
    for (const StudyTrial& trial : view_.trials()) {
      if (!trial.jobs.empty() && trial.jobs.back().number > horizon_) return false;
    }
    return true;
  }

  StudyView& view_;
  Sampler& sampler_;
  const Pruner& pruner_;
  const StudyDefinition& d_;
  const bool free_;
  const int horizon_;
};

}  // namespace

Decision decide(StudyView& view, Sampler& sampler, const Pruner& pruner, bool everything_visible) {
  return Decider(view, sampler, pruner, everything_visible).decide();
}

}  // namespace tailor
