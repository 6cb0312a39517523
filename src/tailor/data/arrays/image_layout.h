// How images lie in an array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tailor/base/shape.h"
#include "tailor/data/arrays/npy.h"

namespace tailor {

struct ImageLayout {
  std::size_t count = 0;
  Shape shape;
  bool channels_first = false;  // [count][channels][height][width]
};

// [n][height][width], or with 1 or 3 channels last, or first where that is unmistakable. Bad input for anything else;
// `name` is for messages.
ImageLayout image_layout(const ArrayShape& array, const std::string& name);

// Takes pixels, some at a time, as [count][height][width][channels].
using PixelSink = std::function<void(std::span<const std::uint8_t>)>;

// The pixels after a header, in C order.
void read_images(ByteStream& stream, const NpyHeader& header, const ImageLayout& layout,
                 const PixelSink& use);
// The pixels after a header as they are stored, the first index varying fastest; and these as images.
void read_stored(ByteStream& stream, const NpyHeader& header, const PixelSink& use);
void order_images(std::span<const std::uint8_t> stored, const ArrayShape& array, const ImageLayout& layout,
                  const PixelSink& use);

// One label for each image: [n], [n][1], or [n][k] with a single 1 in each row (one-hot) and nothing else. Several
// labels for an image are bad input.
std::vector<std::uint16_t> read_labels(ByteStream& stream);
// As far as the shape tells: how many images have labels.
std::size_t label_count(const ArrayShape& array, const std::string& name);

}  // namespace tailor
