// Which settings of a study a confirmation runs again.
#pragma once

#include <span>
#include <vector>

#include "tailor/storage/storage.h"
#include "tailor/tune/confirmation.h"
#include "tailor/tune/study_view.h"

namespace tailor {

// Whether each trial was an independent draw (random, Sobol, or a model's start-up), which is what
// distributions over the space and best-of-n curves may be told from. Trial 0 and wishes are none.
std::vector<bool> independent_draws(const StudyDefinition& definition, std::span<const Observation> trials);

// The untuned default; the study's `leaders` best settings; its first independent draw, the best of its
// independent draws, and its best after one epoch. A setting that is several of these comes once, with all
// its roles. `view` is of a study that was refreshed; a usage error if it has no complete trial besides the
// default.
std::vector<Candidate> choose_candidates(Storage& storage, StudyView& view, int leaders);

}  // namespace tailor
