// The tuning loop is StudyRun::work; the rest serves it.
#include "tailor/tune/study.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/mutex.h"
#include "tailor/base/threads.h"
#include "tailor/train/checkpoint.h"
#include "tailor/tune/queue/heartbeat.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds tick_pause(100);  // between two looks of the calling thread
constexpr std::chrono::milliseconds poll_pause(50);   // before asking again for others' results

class StudyRun {
 public:
  StudyRun(const std::string& url, StudyId study, Objective& objective, const StudyOptions& options,
           const StudyCallbacks& callbacks)
      : storage_(open_storage(url)),
        url_(url),
        lag_(read_definition(*storage_, study).lag),
        queue_(*storage_, study, options.queue),
        objective_(objective),
        options_(options),
        callbacks_(callbacks) {}

  StudyEnd run();

 private:
  void work();
  bool train(JobReport& report);
  bool refuse(JobReport& report, const std::string& reason);
  bool stopping();
  int most_at_once() const;
  void announce_stop();
  void wait_for_results();
  void announce(JobReport report);
  void deliver();
  void fail();
  void remove_checkpoints();
  fs::path checkpoint(int trial) const;

  const std::unique_ptr<Storage> storage_;
  const std::string url_;
  const int lag_;
  JobQueue queue_;
  Objective& objective_;
  const StudyOptions options_;
  const StudyCallbacks callbacks_;

  bool made_folder_ = false;  // of the checkpoints

  std::atomic<bool> stop_ = false, finished_ = false;
  Mutex mutex_;
  std::condition_variable changed_;
  std::vector<JobReport> reports_ TAILOR_GUARDED_BY(mutex_);    // not handed to the caller yet
  std::vector<AssignedJob> trained_ TAILOR_GUARDED_BY(mutex_);  // now
  int working_ TAILOR_GUARDED_BY(mutex_) = 0;                   // threads
  std::exception_ptr problem_ TAILOR_GUARDED_BY(mutex_);        // the first one
};

// What every worker does: take a job, train, say what came of it, until nothing is left.
void StudyRun::work() {
  while (!stopping()) {
    AssignedJob job;
    const JobQueue::Next next = queue_.take(job);
    if (next == JobQueue::Next::finished) {
      finished_ = true;
      return;
    }
    if (next == JobQueue::Next::wait) {
      wait_for_results();
      continue;
    }
    JobReport report{job, {}, std::nullopt};
    if (!train(report)) {
      queue_.release(job, report.result.seconds);
      return;
    }
    if (!report.ended && !queue_.end(job, report.result)) continue;  // somebody else's by now
    std::error_code ignored;
    if (report.result.end != JobEnd::paused) fs::remove_all(checkpoint(job.trial), ignored);
    announce(std::move(report));
  }
}

// False if it was interrupted. A trial that goes wrong is a result like others.
bool StudyRun::train(JobReport& report) {
  const AssignedJob& assigned = report.assigned;
  const Job& job = assigned.job;
  JobResult& result = report.result;
  double best = std::numeric_limits<double>::infinity();
  std::exception_ptr problem;
  const auto on_epoch = [&](int epoch, double value) {
    try {
      if (!queue_.report(assigned, epoch, value)) return false;
    } catch (...) {
      problem = std::current_exception();
      return false;
    }
    result.reached = epoch;
    report.value = value;
    best = std::min(best, assigned.sign * value);
    const auto i = static_cast<std::size_t>(epoch - job.from - 1);
    return i >= job.limits.size() || best <= job.limits[i];
  };

  result.reached = job.from;
  {
    const MutexLock lock(mutex_);
    trained_.push_back(assigned);
  }
  std::string machine;  // what it could not do
  const Clock::time_point start = Clock::now();
  try {
    ObjectiveResult ended =
        objective_.run({assigned.settings, assigned.repetition, job.from, job.to, checkpoint(assigned.trial)},
                       on_epoch, [this] { return stopping(); });
    result.end = ended.end == ObjectiveEnd::complete  ? JobEnd::complete
                 : ended.end == ObjectiveEnd::paused  ? JobEnd::paused
                 : ended.end == ObjectiveEnd::stopped ? JobEnd::pruned
                                                      : JobEnd::open;
    result.notes = std::move(ended.notes);
    result.kernels = std::move(ended.kernels);
  } catch (const CheckpointError&) {
    problem = std::current_exception();
  } catch (const WorkerError&) {
    problem = std::current_exception();
  } catch (const std::bad_alloc&) {
    machine = "out of memory";
  } catch (const MachineError& error) {
    machine = error.what();
  } catch (const std::system_error& error) {
    machine = error.what();
  } catch (const std::exception& error) {
    result.failure = error.what();
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  {
    const MutexLock lock(mutex_);
    std::erase_if(trained_, [&](const AssignedJob& other) { return other.serial == assigned.serial; });
  }
  if (problem) {
    queue_.release(assigned, result.seconds);
    std::rethrow_exception(problem);
  }
  if (!machine.empty()) return refuse(report, machine);
  return result.end != JobEnd::open;
}

// The trial goes back for other workers to try, and this one ends, so that a machine that is out of order
// does not fail one trial after the other. When some have tried it is the trial's own fault, and told as
// such.
bool StudyRun::refuse(JobReport& report, const std::string& reason) {
  const AssignedJob& assigned = report.assigned;
  bool last = false;
  if (queue_.refuse(assigned, reason, report.result.seconds, last) && last) {
    report.result.failure = reason;
    return report.ended = true;
  }
  throw failure(
      "trial {} could not be trained here: {}. That may be this machine's fault or the setting's, so the "
      "trial "
      "went back to the study, and this worker ends; after {} workers the trial has failed. Look at this "
      "machine's memory and disk, lower --jobs, or go on elsewhere",
      assigned.trial, reason, options_.queue.most_refusals);
}

// At most as many as the lag are at work at once, unless decisions are free.
int StudyRun::most_at_once() const {
  return options_.queue.free ? options_.jobs : std::min(options_.jobs, lag_);
}

StudyEnd StudyRun::run() {
  objective_.check_room(most_at_once());
  if (!options_.checkpoints.empty()) {
    made_folder_ = !is_there(options_.checkpoints);
    make_folder(options_.checkpoints);
  }
  storage_->record_heartbeat(queue_.worker().id);
  std::optional<HeartbeatThread> heartbeats;
  heartbeats.emplace(url_, options_.heartbeat, [this](Storage& storage) {
    storage.record_heartbeat(queue_.worker().id);
    queue_.watch_others(storage);
  });
  {
    const MutexLock lock(mutex_);
    working_ = options_.jobs;
  }
  std::vector<std::thread> threads;
  const auto worker = [this] {
    prepare_compute_thread();  // decisions are computed alike everywhere, too
    try {
      work();
    } catch (...) {
      fail();
    }
    const MutexLock lock(mutex_);
    --working_;
    changed_.notify_all();
  };
  try {
    while (std::ssize(threads) < options_.jobs)
      threads.push_back(start_thread(worker, fmt::format("give fewer jobs than {} (--jobs)", options_.jobs)));
  } catch (...) {
    fail();
    const MutexLock lock(mutex_);
    working_ -= options_.jobs - static_cast<int>(threads.size());
  }
  for (bool working = true, announced = false; working;) {
    {
      const auto next = Clock::now() + tick_pause;
      MutexLock lock(mutex_);
      while (reports_.empty() && working_ > 0 && Clock::now() < next) lock.wait_until(changed_, next);
      working = working_ > 0;
    }
    try {
      deliver();
      if (stopping() && !std::exchange(announced, true)) announce_stop();
      if (callbacks_.tick) callbacks_.tick(queue_);
    } catch (...) {
      fail();
    }
  }
  for (std::thread& thread : threads) thread.join();
  heartbeats.reset();
  {
    const MutexLock lock(mutex_);
    if (problem_) std::rethrow_exception(problem_);
  }
  try {
    storage_->delete_heartbeat(queue_.worker().id);
  } catch (const Error&) {  // all else is done; what is left of it goes in time
  }
  if (!finished_) return StudyEnd::interrupted;
  remove_checkpoints();
  return StudyEnd::finished;
}

// No trial goes on from them any more. The folder may be anybody's: what is not ours in it stays.
void StudyRun::remove_checkpoints() {
  if (options_.checkpoints.empty()) return;
  std::error_code ignored;
  queue_.look([&](const StudyView& view) {
    for (std::size_t trial = 0; trial < view.trials().size(); ++trial)
      fs::remove_all(checkpoint(static_cast<int>(trial)), ignored);
  });
  if (made_folder_) fs::remove(options_.checkpoints, ignored);  // if it is empty now
}

bool StudyRun::stopping() {
  if (!stop_ && callbacks_.stop && callbacks_.stop()) stop_ = true;
  return stop_;
}

// Who is told to stop may be killed soon, before a long step ends (batch systems wait for half a minute).
void StudyRun::announce_stop() {
  std::vector<AssignedJob> trained;
  {
    const MutexLock lock(mutex_);
    if (problem_) return;
    trained = trained_;
  }
  for (const AssignedJob& job : trained) queue_.announce_stop(job);
}

void StudyRun::wait_for_results() {
  MutexLock lock(mutex_);
  lock.wait_until(changed_, Clock::now() + poll_pause);
}

void StudyRun::announce(JobReport report) {
  const MutexLock lock(mutex_);
  reports_.push_back(std::move(report));
  changed_.notify_all();
}

void StudyRun::deliver() {
  std::vector<JobReport> reports;
  {
    const MutexLock lock(mutex_);
    reports.swap(reports_);
  }
  if (!callbacks_.ended) return;
  for (const JobReport& report : reports) callbacks_.ended(report);
}

// Called in a handler: the first problem of any thread ends all.
void StudyRun::fail() {
  const MutexLock lock(mutex_);
  if (!problem_) problem_ = std::current_exception();
  stop_ = true;
}

fs::path StudyRun::checkpoint(int trial) const {
  if (options_.checkpoints.empty()) return {};
  return options_.checkpoints / ("trial-" + std::to_string(trial) + ".safetensors");
}

}  // namespace

StudyEnd run_study(const std::string& storage_url, StudyId study, Objective& objective,
                   const StudyOptions& options, const StudyCallbacks& callbacks) {
  if (options.jobs < 1 || options.jobs > most_jobs)
    throw usage_error("jobs: expected 1 to {}, got {}", most_jobs, options.jobs);
  const JobQueueOptions& queue = options.queue;
  if (options.heartbeat.count() < 1 || queue.grace.count() < 1)
    throw usage_error("heartbeat and grace: expected 1 ms or more, got {} ms and {} ms",
                      options.heartbeat.count(), queue.grace.count());
  if (queue.most_deaths < 1 || queue.most_refusals < 1)
    throw usage_error("most_deaths and most_refusals: expected 1 or more, got {} and {}", queue.most_deaths,
                      queue.most_refusals);
  return StudyRun(storage_url, study, objective, options, callbacks).run();
}

}  // namespace tailor
