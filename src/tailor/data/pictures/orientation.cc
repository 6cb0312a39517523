#include "tailor/data/pictures/orientation.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include <libexif/exif-data.h>

namespace tailor {

int exif_orientation(std::string_view jpeg_or_exif) {
  std::string with_header;  // as JPEG has it, which is what libexif takes
  if (jpeg_or_exif.starts_with("II") || jpeg_or_exif.starts_with("MM")) {
    with_header = std::string("Exif\0\0", 6) + std::string(jpeg_or_exif);
    jpeg_or_exif = with_header;
  }
  const std::unique_ptr<ExifData, decltype(&exif_data_unref)> data(exif_data_new(), exif_data_unref);
  if (!data) return 1;
  exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);  // do not add what is missing
  exif_data_load_data(data.get(), reinterpret_cast<const unsigned char*>(jpeg_or_exif.data()),
                      static_cast<unsigned>(jpeg_or_exif.size()));
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (!entry || entry->format != EXIF_FORMAT_SHORT || entry->components != 1 || entry->size < 2) return 1;
  const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

namespace {

// Fills a picture from another whose pixels are `down` and `across` bytes apart. By strips, so that the rows which a
// lying picture's columns are read from stay in the cache.
template <std::ptrdiff_t channels>
void copy_turned(const std::uint8_t* first, std::ptrdiff_t down, std::ptrdiff_t across, Picture& to) {
  constexpr std::ptrdiff_t strip = 64;
  const std::ptrdiff_t height = to.shape.height, width = to.shape.width;
  for (std::ptrdiff_t left = 0; left < width; left += strip)
    for (std::ptrdiff_t y = 0; y < height; ++y) {
      const std::uint8_t* from = first + y * down + left * across;
      std::uint8_t* pixel = to.pixels.data() + (y * width + left) * channels;
      for (std::ptrdiff_t x = left; x < std::min(width, left + strip); ++x, from += across)
        pixel = std::copy_n(from, channels, pixel);
    }
}

}  // namespace

Picture upright(Picture picture, int orientation) {
  if (orientation <= 1 || orientation > 8) return picture;
  const std::ptrdiff_t height = picture.shape.height, width = picture.shape.width,
                       channels = picture.shape.channels;
  // Rows and columns are swapped where the picture lies, and each may run backwards.
  const bool lying = orientation >= 5;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const std::ptrdiff_t next_row = (from_below ? -width : width) * channels,
                       next_column = from_right ? -channels : channels,
                       across = lying ? next_row : next_column, down = lying ? next_column : next_row;
  const std::uint8_t* const first = picture.pixels.data() +
                                    (from_below ? (height - 1) * width * channels : 0) +
                                    (from_right ? (width - 1) * channels : 0);
  Picture result{{lying ? picture.shape.width : picture.shape.height,
                  lying ? picture.shape.height : picture.shape.width, picture.shape.channels},
                 std::vector<std::uint8_t>(picture.pixels.size()),
                 true};
  (channels == 1 ? copy_turned<1> : copy_turned<3>)(first, down, across, result);
  return result;
}

}  // namespace tailor
