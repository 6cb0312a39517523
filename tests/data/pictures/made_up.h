// Pictures made by a formula, whose twin is in make_golden.py.
#pragma once

#include <cstdint>

#include "tailor/data/pictures/picture.h"

namespace tailor::test {

inline Picture made_up(int height, int width, int channels) {
  Picture picture{{height, width, channels}, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        picture.pixels.push_back(
            static_cast<std::uint8_t>((3 * x * x + 5 * y * y + 7 * x * y + 40 * c) % 256));
  return picture;
}

// Without edges, so that lossy formats keep it.
inline Picture gradient(int height, int width, int channels) {
  Picture picture{{height, width, channels}, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        picture.pixels.push_back(static_cast<std::uint8_t>(4 * y + 3 * x + 40 * c));
  return picture;
}

}  // namespace tailor::test
