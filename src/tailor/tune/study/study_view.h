// A study's trials in memory, kept up to date from storage, and what a job may see of them: what samplers and
// pruners decide by. Used by the job queue; also gives the status line its counts.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tailor/storage/storage.h"
#include "tailor/tune/pruners/pruner.h"
#include "tailor/tune/samplers/sampler.h"
#include "tailor/tune/study/job.h"
#include "tailor/tune/study/repeats.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// Keys of user attributes, which Optuna shows and otherwise leaves alone.
namespace study_key {
inline constexpr const char* definition = "tailor:study";     // of the study: JSON, see study_definition.h
inline constexpr const char* next_job = "tailor:next_job";    // of the study: as many jobs were handed out
inline constexpr const char* recent = "tailor:recent";        // of the study: ids of the last jobs' trials
inline constexpr const char* free = "tailor:free";            // of the study: decided by workers with --free
inline constexpr const char* identity = "tailor:id";          // of the study: random, names its checkpoints
inline constexpr const char* confirms = "tailor:confirms";    // of a confirmation: the study's name
inline constexpr const char* spread_of = "tailor:spread_of";  // of a spread experiment: the study's name
inline constexpr const char* openings = "tailor:test_openings";  // of the study: see test_ledger.h
// Of the study: its validation part; of a confirmation: the test images that it met. See study_shared_images.h.
inline constexpr const char* shared_images = "tailor:shared_images";
}  // namespace study_key
namespace trial_key {
inline constexpr const char* jobs = "tailor:jobs";          // see job.h
inline constexpr const char* settings = "tailor:settings";  // what is trained, where it differs from defaults
inline constexpr const char* seed = "tailor:seed";          // of the training
inline constexpr const char* untuned = "tailor:default";    // true: trial 0, trained with the defaults
inline constexpr const char* outside = "tailor:outside";    // parameters whose value is not in the space
inline constexpr const char* repeats = "tailor:repeats";    // number of the trial whose setting it has
inline constexpr const char* state = "tailor:state";        // "running", "paused", "ended"
inline constexpr const char* failure = "tailor:failure";    // why it failed
inline constexpr const char* run = "tailor:run";            // of a spread experiment: what it is a run of
inline constexpr const char* seconds = "tailor:seconds";    // that its training took
inline constexpr const char* provenance = "tailor:provenance";  // what computed it, see train/provenance.h
}  // namespace trial_key

struct StudyTrial {
  TrialId id{};
  TrialState state = TrialState::running;
  bool untuned = false;
  std::vector<Job> jobs{};      // empty: waiting, or written by another program
  std::vector<double> costs{};  // after epoch 1, 2, …: the measure, to be minimised
  double final_cost = std::numeric_limits<double>::quiet_NaN();
  double seconds = 0;                    // that its training took so far
  std::optional<std::size_t> repeats{};  // the number of the trial whose setting it has

  const Job* open_job() const {
    return !jobs.empty() && jobs.back().end == JobEnd::open ? &jobs.back() : nullptr;
  }
  bool paused() const { return !jobs.empty() && jobs.back().end == JobEnd::paused && !is_finished(state); }
};

// What pruners see of a trial when jobs up to `horizon` may be seen.
PrunerTrial::State pruner_state(const StudyTrial& trial, int horizon);

struct StudyCounts {
  int complete = 0, paused = 0, pruned = 0, failed = 0, running = 0, waiting = 0;
  std::int64_t epochs = 0;  // trained
};

class StudyView {
 public:
  explicit StudyView(StudyId study) : study_(study) {}

  // Reads what changed, the definition too. Before a decision: within a transaction, before anything is
  // written. Paused trials are read again only when a job names them, because most of a study's trials may
  // be paused.
  void refresh(Storage& storage);
  // Reads everything again with the next refresh().
  void forget();

  const StudyDefinition& definition() const { return *definition_; }
  int version() const { return version_; }  // changes with the definition
  int next_job() const { return next_job_; }
  const std::vector<TrialId>& recent() const { return recent_; }     // trials of the last jobs; 0: none
  const std::vector<StudyTrial>& trials() const { return trials_; }  // by number
  StudyCounts counts() const;
  // The complete trial with the lowest cost (the first of them), if any; no repeat. Costs that are no finite
  // numbers, as other programs may report them, are no results.
  std::optional<std::size_t> best() const;
  // What every trial says of its setting, by number.
  std::vector<Report> reports() const;
  // Jobs that are not ended, ascending, each with its trial.
  std::vector<std::pair<const Job*, std::size_t>> open_jobs() const;
  double sign() const { return maximizes(definition_->measure) ? -1 : 1; }  // measure to cost

  // The distribution under which the study has a parameter of this name, if it has one.
  const Distribution* stored(const std::string& name) const;

  // A trial's setting in the definition's space, whatever space it was proposed in: a category is found by
  // its choice, not by its index; values out of the range are kept, for they still tell of the other
  // parameters.
  Assignment assignment(const TrialRecord& record) const;

  // The waiting trial with the lowest number.
  std::optional<std::size_t> waiting() const;

  // What may be seen when jobs up to `horizon` may: those that are ended. Horizons never go down. Valid until
  // the next call or refresh().
  std::span<const Observation> observations(int horizon);
  // As the last call of observations() left them.
  std::span<const Observation> last_observations() const { return observations_; }
  std::span<const PrunerTrial> pruner_trials(int horizon);
  // Epochs of jobs that may be seen, and those that the others were given.
  std::int64_t epochs_given(int horizon) const;

 private:
  void read_definition(Storage& storage);
  void read_again_resumed(int jobs);
  void take(const TrialRecord& record);
  void look_from(int horizon);

  StudyId study_;
  std::string definition_text_;
  std::optional<StudyDefinition> definition_;
  std::optional<Settings> untuned_;
  int version_ = 0;
  int next_job_ = 0;
  std::vector<TrialId> recent_;
  TrialCursor cursor_;
  std::vector<StudyTrial> trials_;
  std::vector<Observation> observations_;
  std::vector<PrunerTrial> pruner_trials_;
  std::set<std::size_t> unfinished_;  // numbers of trials that are not finished, nor paused
  std::set<std::size_t> unsettled_;   // of those that a later horizon may see otherwise
  std::map<std::string, Distribution, std::less<>> stored_;
};

}  // namespace tailor
