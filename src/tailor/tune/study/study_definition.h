// What a study is: everything that its result is a function of. Made from a study file (study_file.h), kept
// as JSON in the study's user attribute tailor:study, from which every worker on any machine reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tailor/data/folds.h"
#include "tailor/data/picture_options.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/train/measuring/metric.h"
#include "tailor/train/settings.h"
#include "tailor/tune/pruners/pruners.h"
#include "tailor/tune/samplers/samplers.h"
#include "tailor/tune/space/setting_text.h"
#include "tailor/tune/space/space.h"
#include "tailor/tune/study/confirmation_plan.h"
#include "tailor/tune/study/objective.h"
#include "tailor/tune/study/spread_plan.h"

namespace tailor {

// What the value of a trial is, of the validation images: one of the metrics after the last epoch (metric.h), by its
// objective's name, or the highest accuracy of all epochs so far.
enum class Measure {
  validation_accuracy,
  validation_loss,
  best_validation_accuracy,
  balanced_accuracy,
  macro_f1,
  worst_recall,
  auc,
  calibration_error,
};

std::string_view name_of(Measure measure);
Measure measure_from_name(std::string_view name);  // an unknown name is a usage error
Metric metric_of(Measure measure);
inline bool maximizes(Measure measure) { return maximizes(metric_of(measure)); }
// "validation accuracy", "macro F1": for people.
std::string measure_words(Measure measure);

struct StudyData {
  std::string name;  // as open_dataset takes it
  std::string hash;  // ImageSet::content_hash
  std::int64_t train_images = 0, validation_images = 0;
  std::uint64_t split_seed = 1;
  std::string split_hash;
  PictureOptions pictures = {};
  // 0: one split. Else trials are cross-validated (train/fold_trainer.h): the split's seed and hash are those of the
  // folds, train_images is of the fold that has most, and validation_images are all.
  int folds = 0;

  bool operator==(const StudyData&) const = default;
};

// Without what was done to pictures.
StudyData study_data(std::string name, const ImageSet& images, const Split& split);
StudyData study_data(std::string name, const ImageSet& images, const Folds& folds);

struct StudyBudget {
  int trials = 50;
  int epochs = 12;       // of each trial that is not pruned
  int total_epochs = 0;  // of all trials together; 0: any
  double minutes = 0;    // until a `tailor tune` pauses by itself; 0: never
  int repeats = 0;       // of the trials: the last ones train the leading settings again, see repeats.h

  // Of total_epochs: what repeats leave to the search.
  int search_epochs() const { return total_epochs - repeats * epochs; }
  bool operator==(const StudyBudget&) const = default;
};

// How a study searches: what a study file and the command line choose.
struct StudyPlan {
  static constexpr int default_lag = 8;
  static constexpr const char* default_sampler = "auto";
  static constexpr const char* default_pruner = "asha";

  std::string description;  // for people
  StudyBudget budget;
  std::uint64_t seed = 1;
  int lag = default_lag;
  Measure measure = Measure::validation_accuracy;
  std::string sampler = default_sampler;
  SamplerOptions sampler_options;
  std::string pruner = default_pruner;
  PrunerOptions pruner_options;
};

struct StudyDefinition : StudyPlan {
  Architecture architecture;
  StudyData data;
  SettingTexts fixed;
  Space space;
  // Of a confirmation: its trials are runs of settings that are known, and `space` is confirmation_space().
  std::optional<Confirmation> confirmation{};
  // Of a spread experiment: its trials are the runs of this plan, in the study's own space.
  std::optional<SpreadPlan> spread{};

  // Trial 0: the untuned defaults of the hyperparameter table, trained for the study's epochs.
  Settings untuned() const;
  // What the space's parameters are added to: the defaults with what is held fixed.
  Settings base() const;
  // A setting of the space as it is trained.
  Settings settings(const Assignment& assignment) const;
  // Of a spread experiment's run: a baseline, or a uniform draw from the space that hangs on nothing but the
  // study's seed and the random setting's number.
  Settings planned_settings(int trial_number) const;
  // What decides every random choice in a trial's training: a function of the study's seed and the trial's
  // number, or in a confirmation of the study's seed and the run's.
  Repetition repetition(int trial_number, const Assignment& assignment) const;
  // Of the sampler.
  Key proposal_key() const;
};

// The confirmation of a study: its architecture, images, epochs and measure, with runs for trials, of which
// the final ones are planned here. `seed` decides the runs' seeds.
StudyDefinition confirmation_of(const StudyDefinition& study, Confirmation confirmation, std::uint64_t seed,
                                int lag);
// The spread experiment of a study: its architecture, images, epochs, measure and space, every run of the
// plan trained to the end. `seed` decides its draws and the runs' seeds.
StudyDefinition spread_of(const StudyDefinition& study, SpreadPlan plan, std::uint64_t seed);

std::string to_json(const StudyDefinition& definition);
// Bad input that starts with `where`.
StudyDefinition definition_from_json(std::string_view text, std::string_view where);

// Refuses, as a usage error with the reason, a change of a study that would make its trials incomparable. The
// space may be widened, narrowed, given new parameters or lose some; budget, sampler and pruner may change.
void check_change(const StudyDefinition& old, const StudyDefinition& now);

}  // namespace tailor
