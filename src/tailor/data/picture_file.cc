// Decoding and encoding of picture.h's formats through libpng's simplified interface and libjpeg.
#include <algorithm>
#include <cctype>
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <jpeglib.h>
// libjpeg's headers want to come in this order.
#include <jerror.h>
#include <png.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/data/orientation.h"
#include "tailor/data/picture.h"

namespace tailor {
namespace {

void check_size(std::int64_t width, std::int64_t height, const std::string& name) {
  if (width < 1 || height < 1 || width > max_picture_pixels || width * height > max_picture_pixels)
    throw bad_input("{}: expected a picture of 1 to {} million pixels, got {} x {}", name,
                    max_picture_pixels / 1'000'000, width, height);
}

Error damaged(const std::string& name, const char* format, const std::string& reason) {
  return bad_input("{}: expected a valid {} picture, got \"{}\": the file is damaged or truncated", name,
                   format, reason);
}

struct PngImage {
  png_image image = {};
  PngImage() { image.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&image); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
};

Picture decode_png(std::string_view content, const std::string& name, const Ground& ground) {
  PngImage png;
  png_image& image = png.image;
  if (!png_image_begin_read_from_memory(&image, content.data(), content.size()))
    throw damaged(name, "PNG", image.message);
  check_size(image.width, image.height, name);
  const bool colour = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
  image.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  Picture picture{{static_cast<int>(image.height), static_cast<int>(image.width), colour ? 3 : 1}, {}};
  picture.pixels.resize(picture.shape.size());
  const png_color behind = {ground[0], ground[1], ground[2]};
  if (!png_image_finish_read(&image, &behind, picture.pixels.data(), 0, nullptr))
    throw damaged(name, "PNG", image.message);
  return picture;
}

// libjpeg reports errors by a call that must not return; longjmp leads back to decode_jpeg_into.
struct JpegErrors {
  jpeg_error_mgr manager;
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void jpeg_fail(j_common_ptr info) {
  auto* const errors = reinterpret_cast<JpegErrors*>(info->err);
  info->err->format_message(info, errors->message);
  std::longjmp(errors->back, 1);
}

// Pixels that are missing or wrong are only a warning to libjpeg; here they are an error. Its other warnings,
// such as an unknown revision in the header or bytes between the segments, leave every pixel right.
void jpeg_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      jpeg_fail(info);
  }
}

struct JpegHeader {
  unsigned width = 0, height = 0;
  int components = 0;
};

// Decodes into `pixels`, or only the header if that is null. No object with a destructor lives here
// (longjmp). Returns whether all went well.
bool decode_jpeg_into(std::string_view content, JpegErrors& errors, JpegHeader& header,
                      std::uint8_t* pixels) {
  jpeg_decompress_struct info = {};
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = jpeg_fail;
  errors.manager.emit_message = jpeg_message;
  if (setjmp(errors.back) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(content.data()),
               static_cast<unsigned long>(content.size()));
  jpeg_read_header(&info, TRUE);
  header = {info.image_width, info.image_height, info.num_components};
  if (pixels != nullptr) {
    info.out_color_space = info.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&info);
    const std::size_t row =
        static_cast<std::size_t>(info.output_width) * static_cast<std::size_t>(info.output_components);
    while (info.output_scanline < info.output_height) {
      JSAMPROW line = pixels + info.output_scanline * row;
      jpeg_read_scanlines(&info, &line, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return true;
}

Picture decode_jpeg(std::string_view content, const std::string& name) {
  JpegErrors errors = {};
  JpegHeader header;
  if (!decode_jpeg_into(content, errors, header, nullptr)) throw damaged(name, "JPEG", errors.message);
  check_size(header.width, header.height, name);
  if (header.components != 1 && header.components != 3)
    throw bad_input(
        "{}: expected a grey or colour JPEG, got one with {} components (CMYK?): convert it to RGB", name,
        header.components);
  Picture picture{{static_cast<int>(header.height), static_cast<int>(header.width), header.components}, {}};
  picture.pixels.resize(picture.shape.size());
  if (!decode_jpeg_into(content, errors, header, picture.pixels.data()))
    throw damaged(name, "JPEG", errors.message);
  return picture;
}

// "P5" or "P6", width, height, largest value, one white space, then the values; # starts a comment.
Picture decode_pnm(std::string_view content, const std::string& name) {
  std::size_t at = 2;
  const auto number = [&](const char* what, long limit) {
    for (bool comment = false; at < content.size(); ++at) {
      if (content[at] == '#') comment = true;
      if (content[at] == '\n') comment = false;
      if (!comment && !std::isspace(static_cast<unsigned char>(content[at]))) break;
    }
    long value = 0;
    const std::size_t start = at;
    for (; at < content.size() && std::isdigit(static_cast<unsigned char>(content[at])) && value <= limit;
         ++at)
      value = 10 * value + (content[at] - '0');
    if (at == start || value < 1 || value > limit)
      throw bad_input("{}: byte {}: expected the {}, 1 to {}, in the PGM or PPM header, got {}", name, start,
                      what, limit, at == start ? "something else" : std::to_string(value));
    return value;
  };
  const long width = number("width", max_picture_pixels), height = number("height", max_picture_pixels);
  const long largest = number("largest value", 65535);
  check_size(width, height, name);
  ++at;
  Picture picture{{static_cast<int>(height), static_cast<int>(width), content[1] == '6' ? 3 : 1}, {}};
  const std::size_t bytes = largest > 255 ? 2 : 1, n = picture.shape.size();
  if (content.size() < at || content.size() - at < n * bytes)
    throw bad_input(
        "{}: byte {}: expected {} bytes of pixels from byte {} on, got the end of the file: it is truncated",
        name, content.size(), n * bytes, at);
  picture.pixels.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    long value = 0;
    for (std::size_t b = 0; b < bytes; ++b) value = 256 * value + static_cast<unsigned char>(content[at++]);
    picture.pixels.push_back(
        static_cast<std::uint8_t>((std::min(value, largest) * 255 + largest / 2) / largest));
  }
  return picture;
}

}  // namespace

Picture decode_picture(std::string_view content, const std::string& name, const Ground& ground) {
  if (content.starts_with("\x89PNG\r\n\x1a\n"))
    return upright(decode_png(content, name, ground), exif_orientation(content));
  if (content.starts_with("\xff\xd8\xff"))
    return upright(decode_jpeg(content, name), exif_orientation(content));
  if (content.starts_with("P5") || content.starts_with("P6")) return decode_pnm(content, name);
  throw bad_input("{}: byte 0: expected a PNG, JPEG, PGM (P5) or PPM (P6) picture, got {}", name,
                  content.empty() ? "an empty file" : "another kind of file");
}

Picture read_picture(const std::filesystem::path& file, const Ground& ground) {
  return decode_picture(read_file(file), file.string(), ground);
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
