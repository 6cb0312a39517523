// A labelled set of equally sized images in memory: what every reader makes and everything later reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/base/shape.h"

namespace tailor {

struct ImageSet {
  Shape shape;
  std::vector<std::uint8_t> pixels;   // [count][height][width][channels]
  std::vector<std::uint16_t> labels;  // [count], each below the data set's number of classes
  std::string content_hash;  // SHA-256 of the uncompressed files' SHA-256 (hex digits, images then labels)

  std::size_t count() const { return labels.size(); }
  std::span<const std::uint8_t> image(std::size_t i) const {
    return std::span(pixels).subspan(i * shape.size(), shape.size());
  }
};

// Bad input unless the images have this shape, with as many pixels as labels promise and each label below
// `classes`; `whose` begins the message: "the test images".
void check_images(const ImageSet& images, const Shape& shape, int classes, std::string_view whose);
// A usage error unless there is at least one and all are below the number of images.
void check_indices(const ImageSet& images, std::span<const std::uint32_t> indices, std::string_view whose);

}  // namespace tailor
