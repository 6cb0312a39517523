// What both rules of the race compare.
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace tailor {

// The mean of the first `count` values, at least one: a candidate's result after so many seeds.
inline double mean_of_first(const std::vector<double>& values, std::size_t count) {
  return std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), 0.0) /
         static_cast<double>(count);
}

}  // namespace tailor
