// Quantiles of a sample.
#pragma once

#include <span>
#include <vector>

namespace tailor {

// The q-quantile (0 to 1) of one or more ascending values, linear between them (Hyndman and Fan's type 7).
double quantile(std::span<const double> ascending, double q);

// The middle one of one or more values in any order, or the mean of the middle two.
double median(std::vector<double> values);

}  // namespace tailor
