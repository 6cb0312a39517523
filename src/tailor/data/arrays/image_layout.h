// How images lie in an array.
#pragma once

#include <cstddef>
#include <string>

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

// The pixels as [count][height][width][channels].
std::vector<std::uint8_t> channels_last(WholeArray<std::uint8_t> array, const ImageLayout& layout);

// One label for each image: [n], [n][1], or [n][k] with a single 1 in each row (one-hot) and nothing else. Several
// labels for an image are bad input.
std::vector<std::uint16_t> one_label_each(WholeArray<std::uint16_t> array, const std::string& name);
// As far as the shape tells: how many images have labels.
std::size_t label_count(const ArrayShape& array, const std::string& name);

}  // namespace tailor
