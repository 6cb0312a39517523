// Which settings of a study a confirmation runs again.
#pragma once

#include <span>
#include <vector>

#include "tailor/storage/storage.h"
#include "tailor/tune/study/confirmation_plan.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {

// Whether each trial was an independent draw (random, Sobol, or a model's start-up), which is what
// distributions over the space and best-of-n curves may be told from. Trial 0 and wishes are none.
std::vector<bool> independent_draws(const StudyDefinition& definition, std::span<const Observation> trials);

// Those that race: the untuned default; the study's `leaders` best settings and that of its best result; the
// best of its independent draws, and its best after one epoch; the default at its best length and with what
// the study fixed by hand, where these differ from it. A setting that is several of these comes once, with
// all its roles. `view` is of a study that was refreshed; a usage error if it has no complete trial besides
// the default.
std::vector<Candidate> choose_candidates(Storage& storage, StudyView& view, int leaders);

// Settings drawn uniformly from the study's space and no trials of it, which do not race: a function of the
// seed, which is the confirmation's.
std::vector<Candidate> draw_random_settings(const StudyDefinition& study, int count, std::uint64_t seed);

}  // namespace tailor
