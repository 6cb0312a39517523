#include "tailor/data/arrays/image_layout.h"

#include <algorithm>

#include "tailor/base/error.h"

namespace tailor {
namespace {

constexpr std::uint64_t most_pixels_of_a_side = 65'535, most_columns = 1'000;

bool is_channels(std::uint64_t n) { return n == 1 || n == 3; }

// Hands pixels on, channels last, image by image where they have to be moved.
class WholeImages {
 public:
  WholeImages(const ImageLayout& layout, const PixelSink& use) : layout_(layout), use_(use) {}

  void append(std::span<const std::uint8_t> pixels) {
    if (!layout_.channels_first || layout_.shape.channels == 1) {
      use_(pixels);
      return;
    }
    const std::size_t size = layout_.shape.size();
    image_.resize(size);
    while (!pixels.empty()) {
      const std::size_t n = std::min(pixels.size(), size - planes_.size());
      planes_.insert(planes_.end(), pixels.begin(), pixels.begin() + static_cast<std::ptrdiff_t>(n));
      pixels = pixels.subspan(n);
      if (planes_.size() < size) return;
      const auto channels = static_cast<std::size_t>(layout_.shape.channels);
      const std::size_t plane = size / channels;
      for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t p = 0; p < plane; ++p) image_[p * channels + c] = planes_[c * plane + p];
      use_(image_);
      planes_.clear();
    }
  }

 private:
  const ImageLayout& layout_;
  const PixelSink& use_;
  std::vector<std::uint8_t> planes_, image_;  // as they came, and as they go
};

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

void read_images(ByteStream& stream, const NpyHeader& header, const ImageLayout& layout,
                 const PixelSink& use) {
  WholeImages images(layout, use);
  read_npy_values<std::uint8_t>(stream, header, [&](auto values) { images.append(values); });
}

void read_stored(ByteStream& stream, const NpyHeader& header, const PixelSink& use) {
  read_npy_values<std::uint8_t>(stream, header, use);
}

void order_images(std::span<const std::uint8_t> stored, const ArrayShape& array, const ImageLayout& layout,
                  const PixelSink& use) {
  // Many images at a time, as each pixel of these lies in one place, and in a far one for the next pixel.
  constexpr std::size_t bytes_at_a_time = std::size_t{1} << 26;
  const std::size_t size = layout.shape.size(), count = layout.count,
                    most = std::clamp<std::size_t>(bytes_at_a_time / size, 1, count);
  std::vector<std::uint8_t> block(most * size);
  WholeImages images(layout, use);
  for (std::size_t first = 0; first < count; first += most) {
    const std::size_t n = std::min(most, count - first);
    std::vector<std::uint64_t> index(array.size(), 0);
    for (std::size_t p = 0; p < size; ++p) {
      std::uint64_t from = 0;  // of the pixel's plane
      for (std::size_t d = array.size(); d-- > 1;) from = from * array[d] + index[d];
      for (std::size_t i = 0; i < n; ++i) block[i * size + p] = stored[from * count + first + i];
      for (std::size_t d = array.size(); d-- > 1;) {  // the next pixel, as an odometer counts
        if (++index[d] < array[d]) break;
        index[d] = 0;
      }
    }
    images.append(std::span(block).first(n * size));
  }
}

std::size_t label_count(const ArrayShape& array, const std::string& name) {
  if (array.empty() || array.size() > 2 || array[0] == 0 ||
      (array.size() == 2 && (array[1] == 0 || array[1] > most_columns)))
    throw bad_input("{}: expected one label for each image ([n] or [n][1]), got {}", name, shape_text(array));
  return array[0];
}

std::vector<std::uint16_t> read_labels(ByteStream& stream) {
  const NpyHeader header = read_npy_header(stream);
  const std::size_t count = label_count(header.shape, stream.name()),
                    columns = header.shape.size() == 2 ? header.shape[1] : 1;
  std::vector<std::uint16_t> labels;
  if (columns == 1) {
    read_npy_values<std::uint16_t>(
        stream, header, [&](auto values) { labels.insert(labels.end(), values.begin(), values.end()); });
    return labels;
  }
  std::uint64_t at = 0;
  std::vector<std::uint16_t> ones;  // of each row
  std::vector<bool> others;         // whether there is anything but 0 and 1 in it
  read_npy_values<std::uint16_t>(stream, header, [&](auto values) {
    if (labels.empty()) labels.resize(count), ones.resize(count), others.resize(count);
    for (const std::uint16_t value : values) {
      const std::uint64_t row = header.fortran_order ? at % count : at / columns,
                          column = header.fortran_order ? at / count : at % columns;
      if (value == 1) labels[row] = static_cast<std::uint16_t>(column), ++ones[row];
      if (value > 1) others[row] = true;
      ++at;
    }
  });
  for (std::size_t i = 0; i < count; ++i)
    if (ones[i] != 1 || others[i])
      throw bad_input(
          "{}: image {}: expected one label for each image, got {} values for each with {} ones among them: images of "
          "several classes at once are not read",
          stream.name(), i, columns, ones[i]);
  return labels;
}

}  // namespace tailor
