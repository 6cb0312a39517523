#include "tailor/data/arrays/image_layout.h"

#include <algorithm>

#include "tailor/base/error.h"

namespace tailor {
namespace {

constexpr std::uint64_t most_pixels_of_a_side = 65'535, most_columns = 1'000;

bool is_channels(std::uint64_t n) { return n == 1 || n == 3; }

}  // namespace

ImageLayout image_layout(const ArrayShape& array, const std::string& name) {
  const auto refuse = [&](std::string_view why) {
    return bad_input(
        "{}: expected images as [n][height][width] (grey), or with 1 or 3 channels last ([n][height][width][3]) or "
        "first ([n][3][height][width]), got {}{}",
        name, shape_text(array), why);
  };
  if (array.size() == 2) throw refuse(": images in one row each are read after reshape(n, height, width)");
  if (array.size() != 3 && array.size() != 4) throw refuse("");
  const bool first = array.size() == 4 && is_channels(array[1]),
             last = array.size() == 4 && is_channels(array[3]);
  if (first && last) throw refuse(", which is both; say which by numpy.moveaxis");
  if (array.size() == 4 && !first && !last)
    throw refuse(array[3] == 4   ? ": transparency is not read"
                 : array[3] == 2 ? ": two channels are not read"
                                 : ": volumes and other numbers of channels are not read");
  const std::uint64_t height = array[first ? 2 : 1], width = array[first ? 3 : 2],
                      channels = array.size() == 3 ? 1 : array[first ? 1 : 3];
  if (array[0] == 0 || height == 0 || width == 0) throw refuse(": there is nothing in it");
  if (height > most_pixels_of_a_side || width > most_pixels_of_a_side)
    throw refuse(": no side may have more than 65,535 pixels");
  return {array[0], {static_cast<int>(height), static_cast<int>(width), static_cast<int>(channels)}, first};
}

std::vector<std::uint8_t> channels_last(WholeArray<std::uint8_t> array, const ImageLayout& layout) {
  if (!layout.channels_first || layout.shape.channels == 1) return std::move(array.values);
  const std::size_t size = layout.shape.size(), channels = static_cast<std::size_t>(layout.shape.channels),
                    plane = size / channels;
  std::vector<std::uint8_t> planes(size);
  for (std::size_t i = 0; i < layout.count; ++i) {
    std::uint8_t* const image = array.values.data() + i * size;
    std::copy_n(image, size, planes.begin());
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t p = 0; p < plane; ++p) image[p * channels + c] = planes[c * plane + p];
  }
  return std::move(array.values);
}

std::size_t label_count(const ArrayShape& array, const std::string& name) {
  if (array.empty() || array.size() > 2 || array[0] == 0 ||
      (array.size() == 2 && (array[1] == 0 || array[1] > most_columns)))
    throw bad_input("{}: expected one label for each image ([n] or [n][1]), got {}", name, shape_text(array));
  return array[0];
}

std::vector<std::uint16_t> one_label_each(WholeArray<std::uint16_t> array, const std::string& name) {
  const std::size_t count = label_count(array.shape, name);
  if (array.values.size() == count) return std::move(array.values);
  const std::size_t columns = array.shape[1];
  std::vector<std::uint16_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = array.values.begin() + static_cast<std::ptrdiff_t>(i * columns),
               end = row + static_cast<std::ptrdiff_t>(columns);
    const auto ones = std::count(row, end, 1), zeros = std::count(row, end, 0);
    if (ones != 1 || ones + zeros != end - row)
      throw bad_input(
          "{}: image {}: expected one label for each image, got {} values for each with {} ones among them: images of "
          "several classes at once are not read",
          name, i, columns, ones);
    labels[i] = static_cast<std::uint16_t>(std::find(row, end, 1) - row);
  }
  return labels;
}

}  // namespace tailor
