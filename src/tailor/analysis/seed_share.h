// How much of the spread of results over a space the seed explains, from random settings of which some were
// trained twice.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"

namespace tailor {

// Medians of absolute differences, which a few settings that fail, or that are noisier than others, do not
// decide. (The share of the variance is decided by just those: no interval for it from few settings holds.)
struct SeedPart {
  Estimate same_setting;  // of two trainings of one random setting
  Estimate two_settings;  // of one training each of two random settings
  // The first over the second: 0 where the seed does nothing, 1 where it does everything. Its square is about
  // the share of the variance.
  Estimate share;
  int trained_twice = 0;
};

// `values`: a row for each random setting, of one or two results. Nothing without at least 6 rows of two,
// which is what a median's interval takes.
std::optional<SeedPart> seed_part(std::span<const std::vector<double>> values);

}  // namespace tailor
