// A labelled set of equally sized images in memory: what every reader makes and everything later reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
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

}  // namespace tailor
