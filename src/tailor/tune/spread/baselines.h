// Baselines that a study itself knows, beside its untuned default: what tuning is compared with, so that its
// gain does not contain what nobody had to search for. Used by confirmations and by spread experiments.
#pragma once

#include <optional>
#include <vector>

#include "tailor/storage/storage.h"
#include "tailor/tune/study/spread_plan.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {

// The default with everything that the study fixed by hand, as what differs from the untuned default; empty
// if nothing is fixed.
SettingTexts by_hand_settings(const StudyDefinition& study);

// How many epochs were best for the untuned default: where the measure of the study's own trial 0 was best
// (the first of equals), which early stopping would have found. Nothing if that is the whole length, if the
// trial is not complete, and where the measure is the best epoch's anyway.
std::optional<int> best_length(const StudyView& study);
// The default with this length, as what differs from the untuned default. Schedules run over that length, so
// with a constant one (the default) it is the same as stopping there.
SettingTexts best_length_settings(int epochs);

// What a spread experiment measures beside random settings: the untuned default; the two above, where there
// are such; and the tuned setting, which is `confirmed` or else the study's best trial, unless the default
// is. A usage error if no trial of the study is complete besides the default, or the default is not.
std::vector<SpreadBaseline> spread_baselines(Storage& storage, const StudyView& study,
                                             const std::optional<SpreadBaseline>& confirmed);

}  // namespace tailor
