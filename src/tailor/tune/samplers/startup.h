// The first trials of a study, before there is anything to learn from: scrambled Sobol points. Used by the
// model-based samplers; it is all of the sobol sampler.
#pragma once

#include <optional>
#include <span>

#include "tailor/math/sobol.h"
#include "tailor/tune/samplers/tried.h"

namespace tailor {

class Startup {
 public:
  // Point `trial_number` of the study's sequence; uniform draws instead of one that has been tried.
  std::optional<Assignment> propose(const Space& space, Tried& tried, int trial_number, Key key);

 private:
  Sobol sobol_{0};  // of the last space's dimensions
};

// Trials with a value so far: what a model can learn from.
int informative(std::span<const Observation> history);

}  // namespace tailor
