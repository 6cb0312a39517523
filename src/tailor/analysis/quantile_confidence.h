// What a sample tells about quantiles of the distribution that it was drawn from, whatever its shape: the
// number of values below a quantile is binomial. Between two order statistics the confidence is interpolated
// (Nyblom, Statistics & Probability Letters 14 (1992) 129, which for medians is Hettmansperger and Sheather's
// interval), so that it is close to what it says and not only at least that.
#pragma once

#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"

namespace tailor {

class QuantileConfidence {
 public:
  // Of a quantile, p in (0, 1), of the distribution that `values` (in any order, at least one) are draws of.
  explicit QuantileConfidence(std::span<const double> values);

  const std::vector<double>& ascending() const { return values_; }

  // With what confidence, 0 to 1, the p-quantile is the first, second, … of the ascending values or less.
  std::vector<double> at_values(double p) const;
  // The same of any x, from these; beyond all values it is half of what is possible.
  double below(double p, double x, const std::vector<double>& at_values) const;
  // The p-quantile with its interval at this level. A bound that so few values cannot have is NaN, and then the
  // other one alone holds at this level.
  Estimate interval(double p, double level = confidence) const;

 private:
  std::vector<double> values_;
};

// A mean that is known as Student's t says: of a normal sample, with its standard error.
struct UncertainMean {
  double mean = 0, error = 0, degrees_of_freedom = 0;
};
// Of at least two values; NaN of fewer.
UncertainMean uncertain_mean(std::span<const double> values);

// The share of a distribution, of which `values` are draws, that lies below a mean which is itself uncertain:
// where the confidence, averaged over what the mean may be, is 2.5 % and 97.5 %. The mean's tails are those
// of the degrees of freedom that both have together (Welch, Biometrika 34 (1947) 28): with its own few the
// interval would be too wide where most of the uncertainty is the distribution's.
Estimate share_below(const QuantileConfidence& values, const UncertainMean& mean);
// The p-quantile of that distribution minus such a mean.
Estimate quantile_above(const QuantileConfidence& values, double p, const UncertainMean& mean);

}  // namespace tailor
