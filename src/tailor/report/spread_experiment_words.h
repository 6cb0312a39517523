// A spread experiment's answers in words: for the report's first sentence, the way from default to tuned, and
// a terminal.
#pragma once

#include <string>
#include <vector>

#include "tailor/analysis/spread_experiment.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// How widely results vary over the space, and what that means for the untuned default.
std::string spread_answer(const SpreadExperiment& experiment, Measure measure);

// A sentence for each station of the way after the first: what the step was worth.
std::vector<std::string> way_sentences(const SpreadExperiment& experiment, Measure measure);

// "7 (4 to 14)", "12 or more".
std::string count_text(const CountEstimate& count);

// What `tailor spread --json` prints: the study document's /spread_experiment, or what is known before there
// is anything to say.
std::string spread_json(const SpreadTable& table, const std::optional<SpreadExperiment>& experiment,
                        Measure measure);

// All of it for a terminal of 80 columns.
std::string spread_text(const SpreadExperiment& experiment, Measure measure);

}  // namespace tailor
