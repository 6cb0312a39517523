// The study's jobs as its workers meet them: take one, report its epochs, end it or give it back. Everything
// lives in the database, so that any number of threads, processes and machines share one queue; each call is
// one transaction. Called by study.cc.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "tailor/base/mutex.h"
#include "tailor/storage/storage.h"
#include "tailor/train/provenance.h"
#include "tailor/tune/queue/decision.h"
#include "tailor/tune/queue/heartbeat_watch.h"
#include "tailor/tune/study/objective.h"
#include "tailor/tune/study/study_view.h"
#include "tailor/tune/study/trial_setting.h"

namespace tailor {

struct JobQueueOptions {
  bool free = false;  // see --free in docs/tuning.md
  // Without a heartbeat, elsewhere, until it is dead; see HeartbeatWatch.
  std::chrono::milliseconds grace = std::chrono::minutes(5);
  // Workers that die in a row over one epoch of a trial until it is given up. The last of them has nothing
  // else to do, so that a death of many jobs' worker is the fault of none.
  int most_deaths = 3;
  int most_refusals = 3;  // workers whose machines could not train a trial until it is given up
  std::optional<Environment> environment{};  // tests: what trials record instead of this process's own
};

// A job that is this worker's now.
struct AssignedJob {
  TrialId id{};
  int trial = 0;  // number
  bool untuned = false;
  Job job;
  Settings settings;
  Repetition repetition;
  Assignment assignment;    // the setting in the study's space
  double sign = 1;          // makes costs, which are minimised, of values
  bool taken_over = false;  // its worker was lost, or it was interrupted
  int serial = 0;           // among those that this worker took
};

struct JobResult {
  JobEnd end = JobEnd::failed;
  int reached = 0;                     // epochs of the trial
  std::string failure;                 // why it failed
  double seconds = 0;                  // that it took
  Attributes notes{};                  // the objective's
  std::vector<std::string> kernels{};  // the same
};

class JobQueue {
 public:
  // Storage may be used by other threads too.
  JobQueue(Storage& storage, StudyId study, const JobQueueOptions& options);

  enum class Next { job, wait, finished };
  // A job that lost its worker, or the study's next one. `wait`: for others' results. `finished`: nothing is
  // left, and the trials that are still paused have become pruned.
  Next take(AssignedJob& job);

  // The three below return false, with nothing done, if the job is this worker's no more.
  bool report(const AssignedJob& job, int epoch, double value);
  // Paused and finished trials get their state and value with it.
  bool end(const AssignedJob& job, const JobResult& result);
  // Back to whoever takes it next; `seconds` that it took so far.
  bool release(const AssignedJob& job, double seconds);
  // The same by a worker whose machine cannot do it, for this reason. With the last refusal the trial fails;
  // `last` tells.
  bool refuse(const AssignedJob& job, const std::string& reason, double seconds, bool& last);
  // That this worker was told to stop: from now on its end is no death.
  bool announce_stop(const AssignedJob& job);

  const WorkerIdentity& worker() const { return worker_.identity(); }
  // Looks at other workers' heartbeats, by a connection of the caller's.
  void watch_others(Storage& storage);

  // Calls `look` with the study as it was less than about a second ago.
  void look(const std::function<void(const StudyView&)>& look);

 private:
  std::optional<Next> next_step(AssignedJob& job) TAILOR_REQUIRES(mutex_);
  // `later`: a job must wait until this worker has no other.
  std::optional<AssignedJob> take_over(bool& later) TAILOR_REQUIRES(mutex_);
  bool gone(const Job& job);
  bool idle() const;
  void hold(AssignedJob& job);
  bool holds(const AssignedJob& job) const;
  void let_go(const AssignedJob& job);
  AssignedJob start(const Decision& decision) TAILOR_REQUIRES(mutex_);
  std::optional<AssignedJob> claim(const Decision& decision) TAILOR_REQUIRES(mutex_);
  std::string wish_of(TrialId waiting);
  AssignedJob first_job(int number, const Decision& decision, const TrialSetting& setting,
                        const Repetition& repetition) const TAILOR_REQUIRES(mutex_);
  Attributes first_attributes(const AssignedJob& assigned, const TrialSetting& setting) const
      TAILOR_REQUIRES(mutex_);
  AssignedJob resume(const Decision& decision) TAILOR_REQUIRES(mutex_);
  AssignedJob go_on(const TrialRecord& trial, bool untuned, std::vector<Job> jobs) TAILOR_REQUIRES(mutex_);
  bool change(const AssignedJob& assigned,
              const std::function<void(TrialRecord&, std::vector<Job>&)>& change);
  void hand_out(TrialId trial) TAILOR_REQUIRES(mutex_);
  void keep_jobs(TrialId trial, const std::vector<Job>& jobs);
  void write_release(const TrialRecord& record, std::vector<Job>& jobs, double seconds);
  void add_seconds(const TrialRecord& record, double seconds);
  void write_end(const TrialRecord& record, std::vector<Job> jobs, const JobResult& given);
  void close() TAILOR_REQUIRES(mutex_);

  Storage& storage_;
  const StudyId study_;
  const JobQueueOptions options_;
  const LivingWorker worker_;
  const Environment environment_;
  HeartbeatWatch watch_;

  Mutex mutex_;
  StudyView view_ TAILOR_GUARDED_BY(mutex_);
  std::unique_ptr<Sampler> sampler_ TAILOR_GUARDED_BY(mutex_);
  std::unique_ptr<Pruner> pruner_ TAILOR_GUARDED_BY(mutex_);
  bool marked_free_ TAILOR_GUARDED_BY(mutex_) = false;  // the study
  int made_for_ TAILOR_GUARDED_BY(mutex_) = 0;          // the definition's version that these are of
  std::chrono::steady_clock::time_point looked_ TAILOR_GUARDED_BY(mutex_){};

  mutable Mutex held_mutex_;
  // Trials of jobs that were taken and not let go of, and their serials.
  std::map<TrialId, int> held_ TAILOR_GUARDED_BY(held_mutex_);
  int serials_ TAILOR_GUARDED_BY(held_mutex_) = 0;
  std::optional<TrialId> alone_ TAILOR_GUARDED_BY(held_mutex_);  // the only one that may be held
};

}  // namespace tailor
