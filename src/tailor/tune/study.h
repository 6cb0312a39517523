// A study: searching the best settings of one training. Given a definition and an objective it makes trials;
// which trials, and their values, are a function of the definition alone: not of the number of workers
// (threads or processes, up to the lag), not of interruptions.
//
//   const StudyId study = create_study(*storage, "my study", definition);
//   run_study(url, study, objective, {.jobs = 4});
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "tailor/tune/queue/job_queue.h"

namespace tailor {

// Makes the study and its trial 0, the untuned defaults (confirmations and spread experiments have none). A
// name that exists is a usage error.
StudyId create_study(Storage& storage, const std::string& name, const StudyDefinition& definition);

// Bad input if the study was not made by create_study.
StudyDefinition read_definition(Storage& storage, StudyId study);

// Changes what check_change allows; workers that run take it up with their next job. `change` gets the
// definition as it is at that moment, when nobody else can change it, and returns what it shall be; it may be
// called several times. Returns how many trials that were ended are open again because the study got longer,
// see take_back.h.
int change_definition(Storage& storage, StudyId study,
                      const std::function<StudyDefinition(const StudyDefinition& now)>& change);
// The whole of it, whatever it is now.
int change_definition(Storage& storage, StudyId study, const StudyDefinition& definition);

// The confirmations, and the spread experiments, of the study of this name, oldest first.
std::vector<StudyId> confirmations_of(Storage& storage, const std::string& study);
std::vector<StudyId> spreads_of(Storage& storage, const std::string& study);

// A study's name as files beside it have it.
std::string study_file_name(const std::string& study);

// The study's own folder below `parent`; another study never has the same.
std::filesystem::path checkpoint_folder(Storage& storage, StudyId study, const std::filesystem::path& parent);

inline constexpr int most_jobs = 1024;

struct StudyOptions {
  int jobs = 1;  // threads, 1 to most_jobs
  // A folder for this study alone, which is made if need be; only trial-N.safetensors in it (a folder in
  // a study with folds) are touched, and these are gone when the study is finished. Empty: trials that are interrupted start over.
  std::filesystem::path checkpoints{};
  JobQueueOptions queue{};
  std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
};

// A job that this process has just ended.
struct JobReport {
  AssignedJob assigned;
  JobResult result;
  std::optional<double> value;  // the last one
  bool ended = false;           // the study knows already
};

// All are called by the thread that called run_study, except `stop`.
struct StudyCallbacks {
  std::function<bool()> stop = nullptr;  // asked often, by every thread: true pauses everything
  std::function<void(const JobReport&)> ended = nullptr;
  std::function<void(JobQueue&)> tick = nullptr;  // about ten times a second
};

enum class StudyEnd { finished, interrupted };

// Works on the study until nothing is left to do, together with whoever else does. Options out of range are a
// usage error; what this machine has no room for (memory, threads) is an error before any trial begins. A
// problem that is no trial's fault (storage that cannot be reached, a full disk) gives the jobs back and is
// thrown.
StudyEnd run_study(const std::string& storage_url, StudyId study, Objective& objective,
                   const StudyOptions& options, const StudyCallbacks& callbacks = {});

}  // namespace tailor
