// What stands beside the four figures, in words: what their intervals are for, and that the default's loss is a weak
// baseline.
#pragma once

#include <string>

#include "tailor/analysis/figures.h"

namespace tailor {

std::string figures_words(const FourFigures& figures);
std::string loss_words(const LossBaseline& baseline);

}  // namespace tailor
