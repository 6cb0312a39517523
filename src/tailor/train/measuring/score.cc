#include "tailor/train/measuring/score.h"

#include <algorithm>
#include <cmath>

namespace tailor {

Interval wilson_interval(double share, double n) {
  if (!(n > 0)) return {0, 1};
  constexpr double z = z95;
  const double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};  // rounding may reach beyond
}

}  // namespace tailor
