// What most images of a set have along their borders: what pictures from elsewhere are padded with.
#pragma once

#include <cstdint>
#include <span>

#include "tailor/data/image_set.h"
#include "tailor/data/pictures/picture.h"

namespace tailor {

// Each channel's median over the borders of these images.
Ground usual_ground(const ImageSet& images, std::span<const std::uint32_t> which);

}  // namespace tailor
