#include "tailor/data/orientation.h"

#include <memory>
#include <string>

#include <libexif/exif-data.h>

namespace tailor {
namespace {

// The content of a PNG's eXIf chunk, which is TIFF without the header that JPEG puts before it; empty if
// there is none. A chunk is its length, its type, its content and a checksum.
std::string_view png_exif(std::string_view file) {
  const auto length_at = [&](std::size_t i) {
    std::size_t length = 0;
    for (std::size_t b = 0; b < 4; ++b) length = length << 8 | static_cast<unsigned char>(file[i + b]);
    return length;
  };
  for (std::size_t at = 8; at + 12 <= file.size();) {
    const std::size_t length = length_at(at);
    if (length > file.size() - at - 12) return {};
    if (file.substr(at + 4, 4) == "eXIf") return file.substr(at + 8, length);
    at += length + 12;
  }
  return {};
}

}  // namespace

int exif_orientation(std::string_view file) {
  std::string with_header;  // as JPEG has it, which is what libexif takes
  if (file.starts_with("\x89PNG")) {
    const std::string_view exif = png_exif(file);
    if (exif.empty()) return 1;
    with_header = std::string("Exif\0\0", 6) + std::string(exif);
    file = with_header;
  }
  const std::unique_ptr<ExifData, decltype(&exif_data_unref)> data(exif_data_new(), exif_data_unref);
  if (!data) return 1;
  exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);  // do not add what is missing
  exif_data_load_data(data.get(), reinterpret_cast<const unsigned char*>(file.data()),
                      static_cast<unsigned>(file.size()));
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (!entry || entry->format != EXIF_FORMAT_SHORT || entry->components != 1 || entry->size < 2) return 1;
  const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

Picture upright(Picture picture, int orientation) {
  if (orientation <= 1) return picture;
  const int height = picture.shape.height, width = picture.shape.width;
  const bool lying = orientation >= 5;
  Picture result{{lying ? width : height, lying ? height : width, picture.shape.channels}, {}};
  result.turned = true;
  result.pixels.reserve(picture.pixels.size());
  for (int y = 0; y < result.shape.height; ++y)
    for (int x = 0; x < result.shape.width; ++x) {
      // Rows and columns are swapped first where the picture lies; then each may run backwards.
      const int row = lying ? x : y, column = lying ? y : x;
      const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
      const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
      const int from_row = from_below ? height - 1 - row : row;
      const int from_column = from_right ? width - 1 - column : column;
      const auto at = picture.pixels.begin() +
                      (static_cast<std::ptrdiff_t>(from_row) * width + from_column) * picture.shape.channels;
      result.pixels.insert(result.pixels.end(), at, at + picture.shape.channels);
    }
  return result;
}

}  // namespace tailor
