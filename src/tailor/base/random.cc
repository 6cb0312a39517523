#include "tailor/base/random.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace tailor {

double Key::normal(std::uint64_t i) const {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform(2 * i)));
  return radius * std::cos(2.0 * std::numbers::pi * uniform(2 * i + 1));
}

void shuffle(std::span<std::uint32_t> items, Key key) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[key.below(items.size() - i, i)]);
}

}  // namespace tailor
