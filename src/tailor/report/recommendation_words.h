// What a study recommends and how sure that is, in words: for the terminal and for reports.
#pragma once

#include <string>

#include "tailor/report/measure_text.h"
#include "tailor/tune/study/recommendation.h"

namespace tailor {

std::string recommendation_words(const Recommendation& recommendation, const MeasureText& measure);

}  // namespace tailor
