// PNG through libpng's rows rather than its simplified interface, which would apply gamma and mix transparency
// in linear light, as neither Pillow nor torchvision does.
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <utility>

#include <png.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/data/pictures/decoder.h"
#include "tailor/data/pictures/orientation.h"
#include "tailor/data/pictures/picture.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {
namespace {

// The content of the eXIf chunk; empty if there is none. A chunk is its length, its type, its content and a
// checksum.
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

// libpng reports errors by a call that must not return: longjmp leads back to one of the functions below, none of
// which holds anything that would have to be destroyed.
struct PngReading {
  explicit PngReading(std::string_view content) : left(content) {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, [](png_structp, png_const_charp) {});
    if (png != nullptr) info = png_create_info_struct(png);
    if (info == nullptr) {
      png_destroy_read_struct(&png, nullptr, nullptr);
      throw failure("cannot read a PNG picture: out of memory");
    }
    png_set_read_fn(png, this, give);
  }
  ~PngReading() { png_destroy_read_struct(&png, &info, nullptr); }
  PngReading(const PngReading&) = delete;
  PngReading& operator=(const PngReading&) = delete;

  [[noreturn]] static void fail(png_structp png, png_const_charp text) {
    auto* const reading = static_cast<PngReading*>(png_get_error_ptr(png));
    std::snprintf(reading->message, sizeof reading->message, "%s", text);
    png_longjmp(png, 1);
  }
  static void give(png_structp png, png_bytep to, std::size_t n) {
    auto* const reading = static_cast<PngReading*>(png_get_io_ptr(png));
    if (n > reading->left.size()) png_error(png, "the end of the file within a chunk");
    std::memcpy(to, reading->left.data(), n);
    reading->left.remove_prefix(n);
  }

  std::string_view left;
  png_structp png = nullptr;
  png_infop info = nullptr;
  char message[160] = "";
};

bool read_png_header(PngReading& reading) {
  if (setjmp(png_jmpbuf(reading.png)) != 0) return false;
  png_set_user_limits(reading.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size has ours
  png_read_info(reading.png, reading.info);
  return true;
}

// 8 bits for each sample; a palette's numbers stay.
bool set_png_samples(PngReading& reading) {
  if (setjmp(png_jmpbuf(reading.png)) != 0) return false;
  if (png_get_color_type(reading.png, reading.info) == PNG_COLOR_TYPE_PALETTE) {
    png_set_packing(reading.png);
  } else {
    png_set_expand_gray_1_2_4_to_8(reading.png);
    if (png_get_valid(reading.png, reading.info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(reading.png);
    png_set_scale_16(reading.png);
  }
  png_set_interlace_handling(reading.png);
  png_read_update_info(reading.png, reading.info);
  return true;
}

bool read_png_rows(PngReading& reading, std::uint8_t* pixels) {
  if (setjmp(png_jmpbuf(reading.png)) != 0) return false;
  const std::size_t row = png_get_rowbytes(reading.png, reading.info);
  const png_uint_32 height = png_get_image_height(reading.png, reading.info);
  const int passes = png_get_interlace_type(reading.png, reading.info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
  for (int pass = 0; pass < passes; ++pass)
    for (png_uint_32 y = 0; y < height; ++y) png_read_row(reading.png, pixels + y * row, nullptr);
  return true;
}

Palette png_palette(PngReading& reading) {
  png_colorp colours = nullptr;
  png_bytep alphas = nullptr;
  int count = 0, alpha_count = 0;
  png_get_PLTE(reading.png, reading.info, &colours, &count);
  png_get_tRNS(reading.png, reading.info, &alphas, &alpha_count, nullptr);
  Palette palette;
  for (int i = 0; i < count; ++i)
    palette.push_back(
        {colours[i].red, colours[i].green, colours[i].blue, i < alpha_count ? alphas[i] : std::uint8_t{255}});
  return palette;
}

struct PngImage {
  png_image image = {};
  PngImage() { image.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&image); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
};

}  // namespace

Picture decode_png(const PictureSource& source) {
  PngReading reading(source.content);
  if (!read_png_header(reading)) throw damaged(source, reading.message);
  const png_uint_32 width = png_get_image_width(reading.png, reading.info),
                    height = png_get_image_height(reading.png, reading.info);
  check_size(source, width, height);
  // Deflate makes at most 1,032 bytes of one.
  constexpr std::size_t best_ratio = 1032;
  const std::size_t stored = png_get_rowbytes(reading.png, reading.info) * height;
  if (stored / best_ratio > source.content.size())
    throw damaged(source, fmt::format("{} bytes for {} x {} pixels", source.content.size(), width, height));
  if (!set_png_samples(reading)) throw damaged(source, reading.message);
  std::vector<std::uint8_t> samples(png_get_rowbytes(reading.png, reading.info) * height);
  if (!read_png_rows(reading, samples.data())) throw damaged(source, reading.message);

  const int orientation = exif_orientation(png_exif(source.content));
  const int h = static_cast<int>(height), w = static_cast<int>(width);
  if (png_get_color_type(reading.png, reading.info) == PNG_COLOR_TYPE_PALETTE)
    return upright(from_palette(std::move(samples), h, w, png_palette(reading), source.ground), orientation);
  const int channels = png_get_channels(reading.png, reading.info);
  return upright(flatten(std::move(samples), h, w, channels, source.ground), orientation);
}

std::string encode_png(std::span<const std::uint8_t> pixels, const Shape& shape) {
  PngImage png;
  png_image& image = png.image;
  image.width = static_cast<png_uint_32>(shape.width);
  image.height = static_cast<png_uint_32>(shape.height);
  image.format = shape.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  std::string content(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = content.size();
  if (!png_image_write_to_memory(&image, content.data(), &size, 0, pixels.data(), 0, nullptr))
    throw failure("cannot encode a PNG of {} x {} pixels: {}", shape.width, shape.height, image.message);
  content.resize(size);
  return content;
}

void write_png(const std::filesystem::path& file, std::span<const std::uint8_t> pixels, const Shape& shape) {
  write_file(file, encode_png(pixels, shape));
}

}  // namespace tailor
