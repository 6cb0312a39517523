// What a study measures. training_objective.h trains a network; tests measure formulas instead.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "tailor/train/settings.h"

namespace tailor {

// A part of one trial. What comes of it is a function of settings and seed alone.
struct ObjectiveTask {
  Settings settings;
  std::uint64_t seed = 0;
  int from = 0, to = 0;  // epochs that were reported before, and to be done after
  // Where the trial's state may be kept between tasks and for those who take it over; whether something is
  // there changes only how long it takes.
  std::filesystem::path checkpoint;
};

enum class ObjectiveEnd {
  paused,       // `to` is done, epochs are left
  complete,     // all epochs are done, or training ended by its own rule
  stopped,      // report() said so
  interrupted,  // stop() said so
};

class Objective {
 public:
  virtual ~Objective() = default;

  // Reports each epoch's value from `from` + 1 on, in order, and ends after one for which report() is false.
  // Asks stop() often. Whatever it throws fails the trial, with its message as the reason, except a
  // CheckpointError, which ends the worker. Called by several threads at once.
  virtual ObjectiveEnd run(const ObjectiveTask& task,
                           const std::function<bool(int epoch, double value)>& report,
                           const std::function<bool()>& stop) = 0;
};

}  // namespace tailor
