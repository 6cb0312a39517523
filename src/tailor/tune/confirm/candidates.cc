#include "tailor/tune/confirm/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tailor/base/add_once.h"
#include "tailor/base/error.h"
#include "tailor/math/sobol.h"
#include "tailor/tune/spread/baselines.h"
#include "tailor/tune/study/recommendation.h"
#include "tailor/tune/study/trial_setting.h"

namespace tailor {
namespace {

class Chooser {
 public:
  Chooser(Storage& storage, StudyView& view) : storage_(storage), view_(view) {
    chosen_.push_back({"default", {candidate_role::untuned}, 0, {}});
  }

  std::vector<Candidate> choose(int leaders) {
    std::vector<std::size_t> best = by_final_cost([](std::size_t) { return true; });
    if (const auto chosen = recommend(view_.reports()); chosen && !view_.trials()[chosen->trial].untuned) {
      const auto place = std::find(best.begin(), best.end(), chosen->trial);
      if (place != best.end()) std::rotate(best.begin(), place, place + 1);
    }
    for (const std::size_t i : best) {
      if (!take(i, candidate_role::leader)) continue;
      if (--leaders == 0) break;
    }
    if (const auto claimed = view_.best(); claimed && !view_.trials()[*claimed].costs.empty())
      take(*claimed, candidate_role::claimed);
    const auto observations = view_.observations(std::numeric_limits<int>::max());
    const std::vector<bool> independent = independent_draws(view_.definition(), observations);
    const std::vector<std::size_t> draws = by_final_cost([&](std::size_t i) { return independent[i]; });
    if (!draws.empty()) take(draws.front(), candidate_role::best_random);
    if (const auto quick = best_after_one_epoch()) take(*quick, candidate_role::one_epoch);
    if (const auto epochs = best_length(view_))
      add("best length", -1, best_length_settings(*epochs), candidate_role::best_length);
    if (const SettingTexts fixed = by_hand_settings(view_.definition()); !fixed.empty())
      add("by hand", -1, fixed, candidate_role::by_hand);
    return std::move(chosen_);
  }

 private:
  // Trials other than the default: the complete ones, then those that went far before they were cut short.
  template <class Filter>
  std::vector<std::size_t> by_final_cost(Filter filter) const {
    const std::vector<StudyTrial>& trials = view_.trials();
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < trials.size(); ++i)
      if (!trials[i].untuned && !trials[i].repeats && !trials[i].costs.empty() &&
          std::isfinite(trials[i].costs.back()) && trials[i].state != TrialState::failed && filter(i))
        order.push_back(i);
    const auto complete = [&](std::size_t i) { return trials[i].state == TrialState::complete; };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (complete(a) != complete(b)) return complete(a);
      if (!complete(a) && trials[a].costs.size() != trials[b].costs.size())
        return trials[a].costs.size() > trials[b].costs.size();
      return trials[a].costs.back() < trials[b].costs.back();
    });
    return order;
  }

  std::optional<std::size_t> best_after_one_epoch() const {
    const std::vector<StudyTrial>& trials = view_.trials();
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < trials.size(); ++i)
      if (!trials[i].untuned && !trials[i].costs.empty() && std::isfinite(trials[i].costs.front()) &&
          (!best || trials[i].costs.front() < trials[*best].costs.front()))
        best = i;
    return best;
  }

  // False if the setting is there already; it then has this role too.
  bool take(std::size_t number, const char* role) {
    const TrialRecord record = storage_.get_trial(view_.trials()[number].id);
    const StudyDefinition& d = view_.definition();
    return add(fmt::format("trial {}", number), static_cast<int>(number),
               differences(d.untuned(), kept_settings(d, record)), role);
  }

  bool add(std::string name, int trial, const SettingTexts& settings, const char* role) {
    for (Candidate& c : chosen_) {
      if (c.settings != settings) continue;
      add_once(c.roles, std::string(role));
      return false;
    }
    chosen_.push_back({std::move(name), {role}, trial, settings});
    return true;
  }

  Storage& storage_;
  StudyView& view_;
  std::vector<Candidate> chosen_;
};

}  // namespace

// The random sampler's first attempt, or the Sobol sequence's point of the trial's number, with which every
// model-based sampler starts.
std::vector<bool> independent_draws(const StudyDefinition& d, std::span<const Observation> trials) {
  const bool random = d.sampler == "random";
  const Sobol sobol(random ? 0 : d.space.size());
  const Key key = d.proposal_key().with(random ? Purpose::proposal : Purpose::scrambling);
  const auto draw = [&](const Observation& trial) {
    const auto number = static_cast<std::uint32_t>(trial.number);
    return random ? draw_uniform(d.space, key.with(number).with(0))
                  : from_unit(d.space, sobol.point(number, key));
  };
  std::vector<bool> independent;
  independent.reserve(trials.size());
  for (const Observation& trial : trials)
    independent.push_back(trial.number != 0 && trial.assignment.size() == d.space.size() &&
                          same_setting(trial.assignment, draw(trial)));
  return independent;
}

std::vector<Candidate> draw_random_settings(const StudyDefinition& study, int count, std::uint64_t seed) {
  const Key key = Key(seed).with(Purpose::confirmation).with(Purpose::proposal);
  std::vector<Candidate> drawn;
  for (int i = 1; i <= count; ++i) {
    const Assignment setting = draw_uniform(study.space, key.with(static_cast<std::uint64_t>(i)));
    drawn.push_back({fmt::format("random {}", i),
                     {candidate_role::random},
                     -1,
                     differences(study.untuned(), study.settings(setting))});
    drawn.back().races = false;
  }
  return drawn;
}

std::vector<Candidate> choose_candidates(Storage& storage, StudyView& view, int leaders) {
  const std::vector<StudyTrial>& trials = view.trials();
  const bool any = std::any_of(trials.begin(), trials.end(), [](const StudyTrial& t) {
    return !t.untuned && t.state == TrialState::complete;
  });
  if (!any)
    throw usage_error(
        "no trial of the study is complete besides the untuned default: there is nothing to confirm yet");
  return Chooser(storage, view).choose(leaders);
}

}  // namespace tailor
