// What a confirmation says of gain and optimism, in sentences. Used by study_words.cc and the JSON.
#pragma once

#include <string>

#include "tailor/analysis/gain.h"
#include "tailor/analysis/optimism.h"
#include "tailor/report/measure_text.h"

namespace tailor {

// How much better the winner is than the default, than the default at its best length and than what was fixed
// by hand. None of it is put down to tuning: that is what the reader may do with the last two.
// `measure`: "validation accuracy".
std::string gain_words(const Gain& gain, const ConfirmationTable* confirmation, const std::string& measure,
                       const MeasureText& words);

// Whether random settings are worse than the default, as far as their interval says so.
std::string random_words(const Gain& gain, const MeasureText& words);

// What the claimed setting lost on fresh seeds, if that is known; and what reusing the validation images was
// worth. A sentence each, without the last full stop.
std::string optimism_words(const Optimism& optimism, const MeasureText& words);

// A role or a step's end as people read it: "default at its best length". The winner is "tuned".
std::string role_words(const std::string& role);

}  // namespace tailor
