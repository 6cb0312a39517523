// What a confirmation runs next: a sampler whose space is (candidate, seed).
#pragma once

#include <memory>

#include "tailor/tune/samplers/sampler.h"
#include "tailor/tune/study/confirmation_plan.h"

namespace tailor {

std::unique_ptr<Sampler> make_race_sampler(const Confirmation& confirmation);

// The race's results as its trials tell them: [candidate that races][seed - 1], NaN where there is none. Runs
// that are not of the race (final ones, somebody's wishes) are left out.
std::vector<std::vector<double>> race_costs(const Confirmation& confirmation,
                                            std::span<const Observation> history);

}  // namespace tailor
