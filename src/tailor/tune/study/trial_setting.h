// A trial's setting as the study keeps it: parameters as Optuna knows them, and everything that is trained as
// attributes. Used by the job queue.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tailor/storage/trial_record.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {

struct TrialSetting {
  Settings settings;
  std::vector<TrialParam> params;    // the space's active parameters
  std::vector<std::string> outside;  // those of them whose value is not in the space; not in `params`

  // tailor:settings and, if there are any, tailor:outside
  Attributes attributes(const StudyDefinition& definition) const;
};

TrialSetting trial_setting(const StudyView& view, const Settings& settings);
// Of what a sampler proposes for the trial of this number.
TrialSetting proposed_setting(const StudyView& view, int trial_number, const Assignment& proposal);

// The proposed setting with what somebody wished for instead (JSON: an object of names and values, as
// Optuna's enqueue_trial makes it). Names that are no hyperparameters, and values that they cannot have, are
// usage errors.
Settings wished_settings(const StudyDefinition& definition, const Assignment& proposal,
                         std::string_view wish);

// What a trial that has its attributes is trained with.
Settings kept_settings(const StudyDefinition& definition, const TrialRecord& record);

}  // namespace tailor
