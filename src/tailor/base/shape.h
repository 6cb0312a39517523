// The shape of images and feature maps.
#pragma once

#include <cstddef>

namespace tailor {

// Height, width and channels of an image or feature map; memory order is [height][width][channels]
// everywhere.
struct Shape {
  int height = 0;
  int width = 0;
  int channels = 0;

  std::size_t size() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
           static_cast<std::size_t>(channels);
  }
  bool operator==(const Shape&) const = default;
};

}  // namespace tailor
