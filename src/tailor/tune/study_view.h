// A study's trials in memory, kept up to date from storage, and what a job may see of them: what samplers and
// pruners decide by. Used by the job queue; also gives the status line its counts.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tailor/storage/storage.h"
#include "tailor/tune/job.h"
#include "tailor/tune/pruner.h"
#include "tailor/tune/sampler.h"
#include "tailor/tune/study_definition.h"

namespace tailor {

// Keys of user attributes, which Optuna shows and otherwise leaves alone.
namespace study_key {
inline constexpr const char* definition = "tailor:study";   // of the study: JSON, see study_definition.h
inline constexpr const char* next_job = "tailor:next_job";  // of the study: as many jobs were handed out
inline constexpr const char* identity = "tailor:id";        // of the study: random, names its checkpoints
}  // namespace study_key
namespace trial_key {
inline constexpr const char* jobs = "tailor:jobs";          // see job.h
inline constexpr const char* settings = "tailor:settings";  // what is trained, where it differs from defaults
inline constexpr const char* seed = "tailor:seed";          // of the training
inline constexpr const char* untuned = "tailor:default";    // true: trial 0, trained with the defaults
inline constexpr const char* outside = "tailor:outside";    // parameters whose value is not in the space
inline constexpr const char* state = "tailor:state";        // "running", "paused", "ended"
inline constexpr const char* failure = "tailor:failure";    // why it failed
inline constexpr const char* seconds = "tailor:seconds";    // that its training took
}  // namespace trial_key

struct StudyTrial {
  TrialId id{};
  TrialState state = TrialState::running;
  bool untuned = false;
  std::vector<Job> jobs{};      // empty: waiting, or written by another program
  std::vector<double> costs{};  // after epoch 1, 2, …: the measure, to be minimised
  double final_cost = std::numeric_limits<double>::quiet_NaN();

  const Job* open_job() const {
    return !jobs.empty() && jobs.back().end == JobEnd::open ? &jobs.back() : nullptr;
  }
  bool paused() const { return !jobs.empty() && jobs.back().end == JobEnd::paused && !is_finished(state); }
};

struct StudyCounts {
  int complete = 0, paused = 0, pruned = 0, failed = 0, running = 0, waiting = 0;
  std::int64_t epochs = 0;  // trained
};

class StudyView {
 public:
  explicit StudyView(StudyId study) : study_(study) {}

  // Reads what changed, the definition too. Within a transaction, before anything is written.
  void refresh(Storage& storage);

  const StudyDefinition& definition() const { return *definition_; }
  int next_job() const { return next_job_; }
  const std::vector<StudyTrial>& trials() const { return trials_; }  // by number
  StudyCounts counts() const;
  // The complete trial with the lowest cost (the first of them), if any.
  std::optional<std::size_t> best() const;
  // Jobs that are not ended, ascending, each with its trial.
  std::vector<std::pair<const Job*, std::size_t>> open_jobs() const;
  double sign() const { return maximizes(definition_->measure) ? -1 : 1; }  // measure to cost

  // The distribution under which the study has a parameter of this name, if it has one.
  const Distribution* stored(const std::string& name) const;

  // What may be seen when jobs up to `horizon` may: those that are ended. Valid until the next call.
  std::span<const Observation> observations(int horizon);
  std::vector<PrunerTrial> pruner_trials(int horizon) const;
  // Epochs of jobs that may be seen, and those that the others were given.
  std::int64_t epochs_given(int horizon) const;

 private:
  void read_definition(Storage& storage);
  void take(const TrialRecord& record);
  Assignment assignment(const TrialRecord& record) const;

  StudyId study_;
  std::string definition_text_;
  std::optional<StudyDefinition> definition_;
  std::optional<Settings> untuned_;
  int next_job_ = 0;
  TrialCursor cursor_;
  std::vector<StudyTrial> trials_;
  std::vector<Observation> observations_;
  std::map<std::string, Distribution, std::less<>> stored_;
};

}  // namespace tailor
