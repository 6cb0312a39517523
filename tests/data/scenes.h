// Made-up photographs for tests of what looks alike.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/data/image_set.h"

namespace tailor::test {

inline constexpr int side = 32;

// A made-up photograph: smooth hills of random places, heights and widths.
inline std::vector<double> scene(std::uint64_t seed) {
  std::vector<double> values(side * side, 90);
  for (std::uint64_t hill = 0; hill < 12; ++hill) {
    const Key key = Key(seed).with(hill);
    const double cx = side * key.uniform(0), cy = side * key.uniform(1), width = 2 + 6 * key.uniform(2),
                 height = 160 * (key.uniform(3) - 0.5);
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        values[static_cast<std::size_t>(y * side + x)] +=
            height * std::exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (2 * width * width));
  }
  return values;
}

inline void add(std::vector<std::uint8_t>& pixels, const std::vector<double>& scene, double contrast,
                double brightness, double noise, std::uint64_t seed) {
  for (std::size_t i = 0; i < scene.size(); ++i)
    pixels.push_back(static_cast<std::uint8_t>(
        std::clamp(contrast * scene[i] + brightness + noise * (Key(seed).uniform(i) - 0.5), 0.0, 255.0)));
}

inline ImageSet set_of(std::vector<std::uint8_t> pixels) {
  ImageSet set;
  set.shape = {side, side, 1};
  set.labels.resize(pixels.size() / (side * side));
  for (std::size_t i = 0; i < set.labels.size(); ++i) set.labels[i] = static_cast<std::uint16_t>(i % 5);
  set.pixels = std::move(pixels);
  return set;
}

}  // namespace tailor::test
