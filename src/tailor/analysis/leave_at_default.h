// Which hyperparameters of the best setting may as well stay at their default: a test of non-inferiority. Its
// null hypothesis is that setting one of them back costs `margin` or more; it is named only where that is
// rejected. Whatever cannot be told is not named.
//
// The test is a Gaussian process' (math/gaussian_process.h): the posterior of the difference between the best
// setting and the same with one hyperparameter at its default. Where the study has not tried the like the
// posterior is wide and rejects nothing, whereas means of trees draw what they have not seen towards what
// they have, and so take a lack of evidence for equality. Results count as they are, of losses the
// logarithms: to compress the bad ones, as samplers may, would compress what the default costs. Simulated
// studies on tables of real trainings tell how often it errs (`scripts/bench calibration`,
// docs/honest-numbers.md).
#pragma once

#include <cstddef>
#include <vector>

#include "tailor/analysis/importance.h"
#include "tailor/tune/space/space.h"

namespace tailor {

// Places in the space of those that may stay, of those that `best` has otherwise than `untuned`. `results`:
// of settings trained to the same length and not chosen by their results, at least
// least_trials_for_importance, of which the first 400 count; all below 0 if they are losses. `margin` is in
// their unit, above 0.
std::vector<std::size_t> leave_at_default(const Space& space, const Results& results, const Assignment& best,
                                          const Assignment& untuned, double margin);

}  // namespace tailor
