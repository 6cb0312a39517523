// What every analysis returns: a number with the interval that holds it with 95 % confidence. Used by all of
// analysis and by the study document.
#pragma once

#include <limits>

namespace tailor {

struct Estimate {
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();

  bool contains(double truth) const { return low <= truth && truth <= high; }
  bool operator==(const Estimate&) const = default;
};

inline constexpr double confidence = 0.95;

}  // namespace tailor
