// How widely the results of a study lie, in words: what was trained to the end, and what was cut short and
// says nothing. Used by the answer and by the study document.
#pragma once

#include <string>

#include "tailor/analysis/spread.h"
#include "tailor/report/measure_text.h"

namespace tailor {

// `measure`: "validation accuracy". Empty if a trial alone has a result.
std::string search_spread_sentence(const Spread& spread, const std::string& measure,
                                   const MeasureText& words);

// "83 of 100 trials were cut short, after 4 or 12 epochs, …"; empty if none was.
std::string cut_short_sentence(const Spread& spread);

// The trials that importance and tunability are learnt from, and what that makes of them.
std::string importance_sentence(const Spread& spread);

}  // namespace tailor
