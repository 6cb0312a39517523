// What a study's experiments say of the settings that it tried: their trainings on fresh seeds, of which the noise of
// a result is known, and so how likely a recommendation is among the best (tune/study/recommendation.h).
#pragma once

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/spread_table.h"
#include "tailor/analysis/study_table.h"

namespace tailor {

// Either may be null. Of baselines those that the study tried, too: trial 0, the untuned default, and its best trial.
// None of a confirmation whose seeds draw validation images of their own: its results are of other images than the
// study's.
FreshReports fresh_reports(const StudyTable& study, const ConfirmationTable* confirmation,
                           const SpreadTable* spread);
// Of the last confirmation and the last spread experiment that there are.
FreshReports read_fresh_reports(Storage& storage, StudyId study);

}  // namespace tailor
