// What every sampler is: a pure function from the study so far to the next setting to try. The study loop
// decides what a sampler may see (the lag), so that results do not depend on the number of workers.
#pragma once

#include <limits>
#include <optional>
#include <span>

#include "tailor/base/random.h"
#include "tailor/tune/space/space.h"

namespace tailor {

// One trial as samplers see it. Values are to be MINIMISED: a study that maximises negates them.
struct Observation {
  enum class State {
    complete,  // `value` is the objective
    pruned,    // stopped or paused after `step`, where the objective was `value`
    failed,    // no value
    running,   // no value yet; samplers keep away from it
  };

  int number = 0;
  Assignment assignment;  // in the order of the space that is proposed in (StudyView::assignment)
  State state = State::complete;
  double value = std::numeric_limits<double>::quiet_NaN();
  int step = -1;                    // pruned: the last step with a value, -1 if there is none
  std::span<const double> curve{};  // complete, pruned: the values after epochs 1, 2, … if they are known
};

class Sampler {
 public:
  Sampler() = default;
  virtual ~Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // The setting of trial `trial_number`, or nothing when every setting of a finite space has been tried.
  // `history` is in ascending order of number and has the trials that the study's lag allows to be seen
  // (running ones too); `key` is the study's, the same for all its trials. A pure function of its arguments:
  // caches inside are for speed alone. Not for two threads at once: a sampler for each.
  virtual std::optional<Assignment> propose(const Space& space, std::span<const Observation> history,
                                            int trial_number, Key key) = 0;
};

}  // namespace tailor
