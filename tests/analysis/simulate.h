// Simulated samples with a known truth, and how often intervals cover it. The tests of analysis share it.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tailor/analysis/estimate.h"
#include "tailor/base/random.h"

namespace tailor::test {

inline std::vector<double> normals(std::size_t count, double mean, double sd, Key key) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = mean + sd * key.normal(i);
  return values;
}

// Share of `studies` simulated studies whose interval holds the truth.
inline double coverage(int studies, double truth, const std::function<Estimate(Key)>& simulate) {
  int covered = 0;
  for (int s = 0; s < studies; ++s) covered += simulate(Key(static_cast<std::uint64_t>(s))).contains(truth);
  return static_cast<double>(covered) / studies;
}

}  // namespace tailor::test
