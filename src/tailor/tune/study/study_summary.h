// What came of a study so far, in numbers: the default against the best, the spread of all, what pruning
// saved. `tailor tune` prints it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/storage/storage.h"
#include "tailor/tune/study/recommendation.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {

struct TrialSummary {
  int number = 0;
  double value = 0;       // the study's measure; the mean of reports, if it was repeated
  SettingTexts settings;  // where they differ from the defaults
};

struct StudySummary {
  std::string name;
  StudyDefinition definition;
  StudyCounts counts;
  bool finished = false;
  std::optional<TrialSummary> untuned;           // trial 0, once it is complete
  std::optional<TrialSummary> best;              // what the study recommends
  std::optional<Recommendation> recommendation;  // why: costs, to be minimised
  bool confirmed = false;                        // a confirmation chose it
  std::vector<double> results;       // of trials that were trained to the end, but for repeats, ascending
  std::int64_t epochs_unpruned = 0;  // that the trials so far would have taken in full
  double seconds = 0;                // of training, all trials together
};

// `fresh`: read_fresh_reports of analysis has them.
StudySummary summarize(Storage& storage, StudyId study, bool finished, const FreshReports& fresh = {});

std::string to_json(const StudySummary& summary);

// The best trial as a recipe that `tailor train --recipe` takes.
std::string best_recipe(const StudySummary& summary);

}  // namespace tailor
