#include "tailor/tune/spread/baselines.h"

#include <algorithm>
#include <string>

#include "tailor/base/error.h"
#include "tailor/tune/study/trial_setting.h"

namespace tailor {

SettingTexts by_hand_settings(const StudyDefinition& study) {
  return differences(study.untuned(), study.base());
}

std::optional<int> best_length(const StudyView& study) {
  if (study.definition().measure == Measure::best_validation_accuracy || study.trials().empty())
    return std::nullopt;
  const StudyTrial& untuned = study.trials().front();
  if (!untuned.untuned || untuned.state != TrialState::complete || untuned.costs.empty()) return std::nullopt;
  const auto best = std::min_element(untuned.costs.begin(), untuned.costs.end());
  if (best + 1 == untuned.costs.end()) return std::nullopt;
  return static_cast<int>(best - untuned.costs.begin()) + 1;
}

SettingTexts best_length_settings(int epochs) { return {{"epochs", std::to_string(epochs)}}; }

std::vector<SpreadBaseline> spread_baselines(Storage& storage, const StudyView& study,
                                             const std::optional<SpreadBaseline>& confirmed) {
  const StudyDefinition& d = study.definition();
  const std::vector<StudyTrial>& trials = study.trials();
  const auto complete = [](const StudyTrial& t) { return t.state == TrialState::complete; };
  if (trials.empty() || !trials.front().untuned || !complete(trials.front()) ||
      !std::any_of(trials.begin() + 1, trials.end(), complete))
    throw usage_error(
        "a spread experiment compares random settings with the study's untuned default and its best trial: "
        "the default and one trial more must be complete first");
  std::vector<SpreadBaseline> result{{BaselineKind::untuned, "the untuned default", {}}};
  if (const auto epochs = best_length(study))
    result.push_back({BaselineKind::best_length, fmt::format("the default, {} epochs long", *epochs),
                      best_length_settings(*epochs)});
  if (SettingTexts by_hand = by_hand_settings(d); !by_hand.empty())
    result.push_back({BaselineKind::by_hand, "the default with what was fixed by hand", std::move(by_hand)});
  if (confirmed) {
    if (!confirmed->settings.empty()) result.push_back(*confirmed);
  } else if (const auto best = study.best(); best && *best != 0) {
    const Settings settings = kept_settings(d, storage.get_trial(trials[*best].id));
    result.push_back({BaselineKind::tuned, fmt::format("trial {}, the study's best", *best),
                      differences(d.untuned(), settings)});
  }
  return result;
}

}  // namespace tailor
