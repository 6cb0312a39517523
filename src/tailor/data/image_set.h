// A labelled set of equally sized images: what every reader makes and everything later reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/base/shape.h"
#include "tailor/data/pixels.h"

namespace tailor {

struct ImageSet {
  Shape shape;
  Pixels pixels;                      // [count][height][width][channels]
  std::vector<std::uint16_t> labels;  // [count], each below the data set's number of classes
  std::string content_hash;  // SHA-256 of the uncompressed files' SHA-256 (hex digits, images then labels)
  std::vector<std::uint32_t>
      groups{};  // [count], images of one belong together (a patient, a scene); or none
  // Where the data set has a validation part of its own: images from here on are it.
  std::optional<std::size_t> validation_begin{};

  std::size_t count() const { return labels.size(); }
  std::span<const std::uint8_t> image(std::size_t i) const {
    return pixels.subspan(i * shape.size(), shape.size());
  }
};

// Bad input unless the images have this shape, with as many pixels as labels promise and each label below
// `classes`; `whose` begins the message: "the test images".
void check_images(const ImageSet& images, const Shape& shape, int classes, std::string_view whose);
// A usage error unless there is at least one and all are below the number of images.
void check_indices(const ImageSet& images, std::span<const std::uint32_t> indices, std::string_view whose);

}  // namespace tailor
