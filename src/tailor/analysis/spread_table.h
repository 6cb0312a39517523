// A spread experiment as plain numbers: what came of its baselines and of its random settings. Read from
// storage; spread_experiment.h says what they tell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tailor/storage/storage.h"
#include "tailor/tune/study/spread_plan.h"
#include "tailor/tune/study/study_provenance.h"

namespace tailor {

struct SpreadBaselineRuns {
  SpreadBaseline what;
  int epochs = 0;              // of each run
  std::vector<double> values;  // the study's measure after the last epoch, a run each
};

struct SpreadSettingRuns {
  int number = 0;              // from 1
  std::vector<double> values;  // of one or two trainings, with different seeds
};

struct SpreadTable {
  std::string name{};  // the experiment's, in storage
  bool maximize = true;
  bool finished = false;
  int epochs = 0;            // of every random setting
  int planned_settings = 0;  // `settings` has the first of them, up to one that is still to be trained
  std::vector<SpreadBaselineRuns> baselines{};  // the untuned default first
  std::vector<SpreadSettingRuns> settings{};
  // A run that diverged is a result, the worst: it counts as what guessing is worth (guessing_value of train/measuring/metric.h), or
  // as the worst run that did not diverge where that is worse still.
  int diverged = 0;
  // Runs that failed for other reasons (out of memory, …) have no result; a setting without any is left out.
  int failed = 0;
  int runs = 0;  // that ended
  std::int64_t epochs_trained = 0;
  double seconds = 0;            // of training, all runs together
  StudyProvenance provenance{};  // of all of them
};

// Bad input if the study is no spread experiment.
SpreadTable read_spread(Storage& storage, StudyId experiment);

}  // namespace tailor
