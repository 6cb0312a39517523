// The few classical statistics that analysis is made of: moments, quantiles of t, and the 95 % intervals that
// follow from them.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"

namespace tailor {

inline constexpr double no_value = std::numeric_limits<double>::quiet_NaN();  // where nothing is known

double mean(std::span<const double> values);      // NaN of none
double variance(std::span<const double> values);  // unbiased; NaN of fewer than two

// p in (0, 1), degrees of freedom above 0.
double student_t_quantile(double p, double degrees_of_freedom);

// estimate ± t · error, with t's quantile for `level`. No bounds where there are no degrees of freedom.
Estimate t_interval(double estimate, double error, double degrees_of_freedom, double level = confidence);
// A variance's estimate, and on how many degrees of freedom it rests.
struct VariancePart {
  double variance, degrees_of_freedom;
};
// Of an estimate whose variance is the sum of these parts, each estimated by itself. The quantile is the mean of
// t's for each part's degrees of freedom, weighed by the parts (Cochran, Biometrics 20 (1964) 191): with 2
// degrees of freedom in the one part and very many in the other it holds 95 to 97.1 % of the time, where
// Satterthwaite's degrees of freedom hold 92.1 to 95. No width if all parts are 0.
Estimate interval_of_sum(double estimate, std::span<const VariancePart> parts);

// Of a mean over few seeds: results of trainings are skewed and have heavy tails, where Student's t at 95 %
// holds less than that. With this reserve it holds 93 to 97 % of the time there (`scripts/bench calibration`)
// and 96.5 % if results are normal.
inline constexpr double seeds_confidence = 0.965;
// The mean of a sample of runs of other seeds, with that reserve.
Estimate mean_interval(std::span<const double> values);

// The same of losses, above 0 and to be minimised: seeds that do badly are rare and far out, so that samples
// which have none of them are too good and too narrow at once. The upper end is at least that of a log-normal mean
// (modified Cox, Olsson, J. Stat. Educ. 13 (2005)), and the reserve is larger.
inline constexpr double losses_confidence = 0.975;
Estimate loss_interval(std::span<const double> values);

// The mean of a study's measure over seeds; values that are minimised and above 0 are losses.
Estimate result_interval(std::span<const double> values, bool maximize);

// 1, 2, … ascending; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const double> values);
// Spearman's, of at least 5 pairs; NaN of fewer, or if one does not vary. No interval: that of Bonett and
// Wright (Psychometrika 65 (2000) 23) is for normal pairs and does not hold for learning curves.
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace tailor
