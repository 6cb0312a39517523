// What every pruner is: pure functions that say how far a new trial is first trained, which paused trial goes
// on, and when a running one ends early. The study loop decides what a pruner may see (the lag), as for
// samplers. Values are to be MINIMISED.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tailor {

// One trial as pruners see it.
struct PrunerTrial {
  enum class State {
    running,  // its last job may not be seen yet
    paused,   // can be resumed
    complete,
    pruned,  // ended early for good
    failed,
  };

  int number = 0;
  State state = State::running;
  std::span<const double> values{};  // that may be seen: after epoch 1, 2, …
  int scheduled = 0;                 // epochs that it has been given so far, running jobs included
};

struct Resumption {
  std::size_t trial = 0;  // index in the span
  int until = 0;          // epoch
};

class Pruner {
 public:
  Pruner() = default;
  virtual ~Pruner() = default;
  Pruner(const Pruner&) = delete;
  Pruner& operator=(const Pruner&) = delete;

  // The epoch after which trial `number` pauses for the first time; the study's epochs if never.
  virtual int first_stop(int number) const = 0;

  // The paused trial that should go on now, if there is one. `all_made`: there will be no new trials.
  virtual std::optional<Resumption> resume(std::span<const PrunerTrial> trials, bool all_made) const;

  // For a job after epoch `from` until epoch `to`: the trial ends as pruned if its best value so far is above
  // limits[i] after epoch from + 1 + i (infinity: never there). Empty: no limits.
  virtual std::vector<double> limits(std::span<const PrunerTrial> trials, int from, int to) const;
};

}  // namespace tailor
