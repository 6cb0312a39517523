#include "tailor/data/usual_ground.h"

#include <array>

#include "tailor/data/pictures/border.h"

namespace tailor {

Ground usual_ground(const ImageSet& images, std::span<const std::uint32_t> which) {
  const auto channels = static_cast<std::size_t>(images.shape.channels);
  std::array<std::array<std::size_t, 256>, 3> counts{};
  std::size_t all = 0;
  for (const std::uint32_t i : which) {
    const std::span<const std::uint8_t> image = images.image(i);
    for_border(images.shape, [&](std::size_t pixel) {
      for (std::size_t c = 0; c < channels; ++c) ++counts[c][image[pixel * channels + c]];
      ++all;
    });
  }
  Ground ground{};
  for (std::size_t c = 0; c < 3; ++c) {
    std::size_t value = 0, below = 0;
    while (value < 255 && 2 * (below += counts[c][value]) < all) ++value;
    ground[c] = c < channels ? static_cast<std::uint8_t>(value) : ground[0];
  }
  return ground;
}

}  // namespace tailor
