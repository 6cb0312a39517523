// What every analysis returns: a number with the interval that holds it with 95 % confidence. Used by all of
// analysis and by the study document.
#pragma once

#include <algorithm>
#include <limits>

namespace tailor {

struct Estimate {
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();

  bool contains(double truth) const { return low <= truth && truth <= high; }
  bool operator==(const Estimate&) const = default;
};

// Of an accuracy, which lies between 0 and 1: so do the bounds of its interval, also where few runs and a
// symmetric interval would reach beyond.
inline Estimate of_accuracy(const Estimate& e) {
  const auto inside = [](double x) { return std::clamp(x, 0.0, 1.0); };
  return {inside(e.estimate), inside(e.low), inside(e.high)};
}

inline constexpr double confidence = 0.95;

}  // namespace tailor
