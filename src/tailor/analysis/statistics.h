// The few classical statistics that analysis is made of: moments, quantiles of t and chi-square, and the 95 %
// intervals that follow from them.
#pragma once

#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"

namespace tailor {

double mean(std::span<const double> values);      // NaN of none
double variance(std::span<const double> values);  // unbiased; NaN of fewer than two

// p in (0, 1), degrees of freedom above 0.
double student_t_quantile(double p, double degrees_of_freedom);
double chi_square_quantile(double p, double degrees_of_freedom);

// estimate ± t · error. No bounds where there are no degrees of freedom.
Estimate t_interval(double estimate, double error, double degrees_of_freedom);
// The mean of a normal sample.
Estimate mean_interval(std::span<const double> values);
// The standard deviation of a normal sample that estimates it with so many degrees of freedom.
Estimate sd_interval(double sd, double degrees_of_freedom);

// 1, 2, … ascending; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const double> values);
// Spearman's, with the interval of Bonett and Wright (Psychometrika 65 (2000) 23); at least 5 pairs.
Estimate rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace tailor
