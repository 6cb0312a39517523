#include "tailor/data/pictures/picture.h"

#include "tailor/data/pictures/border.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {

Ground inverted(const Ground& ground) {
  Ground result = ground;
  for (std::uint8_t& value : result) value = static_cast<std::uint8_t>(255 - value);
  return result;
}

bool has_light_border(const Picture& picture) {
  const std::size_t channels = static_cast<std::size_t>(picture.shape.channels);
  std::size_t light = 0, all = 0;
  for_border(picture.shape, [&](std::size_t pixel) {
    const std::uint8_t* const p = picture.pixels.data() + pixel * channels;
    light += (channels == 1 ? *p : grey_of(p)) > 127;
    ++all;
  });
  return 2 * light > all;
}

void invert(Picture& picture) {
  for (std::uint8_t& value : picture.pixels) value = static_cast<std::uint8_t>(255 - value);
}

}  // namespace tailor
