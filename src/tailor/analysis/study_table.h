// A study as a plain table, a row for each trial: what the analysis of a study is made from. Read from
// storage in one transaction.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tailor/data/shared_images.h"
#include "tailor/storage/storage.h"
#include "tailor/train/measuring/metric_estimate.h"
#include "tailor/tune/study/recommendation.h"
#include "tailor/tune/study/study_definition.h"
#include "tailor/tune/study/study_provenance.h"

namespace tailor {

enum class TrialRole {
  search,   // proposed by a model of earlier trials
  untuned,  // the defaults, trial 0
  startup,  // an independent draw from the space: Sobol points, random settings
  wish,     // asked for by a person or another program
};

struct StudyRow {
  int number = 0;
  TrialState state = TrialState::running;
  bool paused = false;  // running for Optuna, but nobody trains it
  // It was to be trained to the end whatever it would show, as was settled before it began: unlike the
  // survivors of pruning, such trials are no selection.
  bool unconditional = false;
  TrialRole role = TrialRole::search;
  double value = std::numeric_limits<double>::quiet_NaN();  // the measure, of complete trials
  std::vector<double> epochs{};                             // the measure after epoch 1, 2, …
  Assignment assignment{};                                  // in the study's space; NaN: inactive
  double seconds = 0;                                       // of training
  double start = std::numeric_limits<double>::quiet_NaN();  // seconds since the study's first trial
  std::string failure{};                                    // why it failed
  // On the validation images, of complete trials; none in studies of earlier versions.
  std::optional<MetricEstimates> metrics{};

  bool complete() const { return state == TrialState::complete; }
  bool has_result() const { return complete() && std::isfinite(value); }
  // Ended before its end by a comparison with others: what it had reached then is no result.
  bool cut_short() const { return state == TrialState::pruned || paused; }
};

struct StudyTable {
  std::string name{};
  StudyDefinition definition{};
  bool maximize = true;
  std::optional<Timestamp> first_start{}, last_end{};  // of its trials
  Assignment untuned{};                                // the defaults in the study's space
  std::vector<StudyRow> trials{};                      // by number, but for repeats
  std::vector<StudyRow> repeats{};                     // trials that train a setting of `trials` again
  std::vector<Report> reports{};                       // of all trials by number, as costs
  std::optional<Recommendation> recommendation{};      // by these alone; `trial` is a number
  StudyProvenance provenance{};                        // of all its trials
  SettingTexts best_settings{};                     // of the best trial, where they differ from the defaults
  double best_error = 0;                            // its value's standard error over images; 0: not known
  std::optional<SharedImages> shared_validation{};  // none in studies of earlier versions

  // Whether `a` is the better value.
  bool better(double a, double b) const { return maximize ? a > b : a < b; }
  // The place of the trial whose setting the study recommends: without repeats the best complete one, the
  // first of equals.
  std::optional<std::size_t> best() const;
  // Values of complete trials, by number.
  std::vector<double> complete_values() const;
  // Results of independent draws that were to be trained to the end whatever they would show. Of the others
  // only those that were ahead have results, which are no sample. Failed ones have none and are left out.
  std::vector<double> independent_results() const;
};

// Bad input if the study was not made by `tailor tune`.
StudyTable read_study_table(Storage& storage, StudyId study);

}  // namespace tailor
