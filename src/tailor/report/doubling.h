// Which rows of a long table of ascending numbers are shown.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tailor {

// Places of numbers that are each at least twice the one before: 1, 2, 4, … of 1, 2, 3, …
inline std::vector<std::size_t> doubling_places(std::span<const int> numbers) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (places.empty() || numbers[i] >= 2 * numbers[places.back()]) places.push_back(i);
  return places;
}

}  // namespace tailor
