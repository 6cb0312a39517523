#include "tailor/math/warping.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tailor/math/normal.h"

namespace tailor {
namespace {

void standardize(std::vector<double>& y) {
  const auto n = static_cast<double>(y.size());
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double squares = 0;
  for (double& v : y) v -= mean, squares += v * v;
  const double sd = std::sqrt(squares / n);
  for (double& v : y) v = sd > 0 ? v / sd : 0;
}

}  // namespace

std::vector<double> warp(std::span<const double> values) {
  std::vector<double> y(values.begin(), values.end()), sorted = y;
  if (y.empty()) return y;
  std::sort(sorted.begin(), sorted.end());
  const double median =
      sorted[sorted.size() / 2];  // one of the values, so that the lower half is never empty
  double squares = 0, better = 0;
  for (const double v : sorted) {
    if (v <= median) squares += (v - median) * (v - median), better += 1;
  }
  // Of a normal with this half, so that both halves meet with the same spread.
  const double sd = std::sqrt(squares / better);
  const auto n = static_cast<double>(y.size());
  for (double& v : y) {
    if (v <= median) {
      v = sd > 0 ? (v - median) / sd : 0;
    } else {
      const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), v);
      const auto ranks = static_cast<double>((first - sorted.begin()) + (last - sorted.begin()));
      v = normal_quantile(0.5 * ranks / n);
    }
  }
  standardize(y);
  return y;
}

}  // namespace tailor
