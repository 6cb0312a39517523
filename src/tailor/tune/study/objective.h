// What a study measures. training_objective.h trains a network; tests measure formulas instead.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/storage/trial_record.h"
#include "tailor/train/settings.h"

namespace tailor {

// Which of its many possible trainings a trial is.
struct Repetition {
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> split_seed{};  // none: the study's own split, or folds
  // Of a confirmation: measures what is reported, and meets the test images if it may.
  bool final_run = false;
};

// A part of one trial. What comes of it is a function of settings and repetition alone.
struct ObjectiveTask {
  Settings settings;
  Repetition repetition;
  int from = 0, to = 0;  // epochs that were reported before, and to be done after
  // A file, or where there are folds a folder, for the trial's state between tasks and for those who take it over;
  // whether something is there changes only how long it takes.
  std::filesystem::path checkpoint;
};

enum class ObjectiveEnd {
  paused,       // `to` is done, epochs are left
  complete,     // all epochs are done, or training ended by its own rule
  stopped,      // report() said so
  interrupted,  // stop() said so
};

struct ObjectiveResult {
  ObjectiveEnd end;
  Attributes notes{};  // kept with the trial, unless it was interrupted; keys of training_notes.h
  std::vector<std::string> kernels{};  // that computed it, for its provenance

  ObjectiveResult(ObjectiveEnd ended) : end(ended) {}  // NOLINT(google-explicit-constructor)
};

// What keeps this worker from going on and is no trial's fault: another worker, or a later one, can.
class WorkerError : public Error {
 public:
  using Error::Error;
};

// What this machine cannot do now, and another one perhaps can: too little memory, no more threads, a file
// that cannot be read. It may be the setting's fault all the same, so only a few workers try.
class MachineError : public Error {
 public:
  using Error::Error;
};

class Objective {
 public:
  virtual ~Objective() = default;

  // Asked before the first task: throws if this machine cannot run so many tasks at once.
  virtual void check_room(int /*tasks*/) const {}

  // Reports each epoch's value from `from` + 1 on, in order, and ends after one for which report() is false.
  // Asks stop() often. Whatever it throws fails the trial, with its message as the reason, except what ends
  // the worker: a CheckpointError or a WorkerError, and a MachineError, std::bad_alloc or std::system_error,
  // after a few of which the trial has failed. Called by several threads at once.
  virtual ObjectiveResult run(const ObjectiveTask& task,
                              const std::function<bool(int epoch, double value)>& report,
                              const std::function<bool()>& stop) = 0;
};

}  // namespace tailor
