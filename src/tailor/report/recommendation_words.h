// What a study recommends and how sure that is, in words: for the terminal and for reports.
#pragma once

#include <string>
#include <vector>

#include "tailor/report/measure_text.h"
#include "tailor/tune/study/recommendation.h"

namespace tailor {

// Sentences of at most 79 characters, for numbers of common length.
std::vector<std::string> words_of(const Recommendation& recommendation, const MeasureText& measure);

}  // namespace tailor
