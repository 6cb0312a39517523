#include "tailor/tune/baselines.h"

#include <algorithm>
#include <string>

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

}  // namespace tailor
