// The border of a picture, which tells its ground.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tailor/base/shape.h"

namespace tailor {

// Calls f with the place of each pixel of the border, counted in pixels.
template <class Function>
void for_border(const Shape& shape, Function f) {
  for (int y = 0; y < shape.height; ++y) {
    const int step = y == 0 || y == shape.height - 1 ? 1 : std::max(1, shape.width - 1);
    for (int x = 0; x < shape.width; x += step) f(static_cast<std::size_t>(y) * shape.width + x);
  }
}

}  // namespace tailor
