// The bootstrap: how far a statistic would have been off on other samples of the same kind, from resampling
// the one there is. Deterministic: draws are functions of the key.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"
#include "tailor/base/random.h"

namespace tailor {

// `count` places drawn from 0 … count - 1 with replacement.
std::vector<std::size_t> resample(std::size_t count, Key key);

using Statistic = std::function<double(std::span<const std::size_t> places)>;

// The statistic of `replicates` resamples.
std::vector<double> bootstrap(std::size_t count, int replicates, Key key, const Statistic& statistic);

// Between the 2.5 % and 97.5 % quantiles of the replicates that are numbers.
Estimate percentile_interval(double estimate, std::vector<double> replicates);

}  // namespace tailor
