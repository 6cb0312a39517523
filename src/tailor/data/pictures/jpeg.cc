// JPEG through libjpeg-turbo, whose pixels are those of Pillow and torchvision.
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <jpeglib.h>
// libjpeg's headers want to come in this order.
#include <jerror.h>

#include "tailor/data/pictures/decoder.h"
#include "tailor/data/pictures/orientation.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {
namespace {

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

// A progressive file says each coefficient in a few scans; thousands of empty ones would take hours.
void check_jpeg_scans(j_common_ptr info) {
  constexpr int most_scans = 100;
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= most_scans) return;
  auto* const errors = reinterpret_cast<JpegErrors*>(info->err);
  std::snprintf(errors->message, sizeof errors->message, "more than %d scans", most_scans);
  std::longjmp(errors->back, 1);
}

struct JpegHeader {
  unsigned width = 0, height = 0;
  int components = 0;
  bool huffman = true;
};

// Decodes into `pixels`, or only the header if that is null. No object with a destructor lives here
// (longjmp). Returns whether all went well.
bool decode_jpeg_into(std::string_view content, JpegErrors& errors, JpegHeader& header,
                      std::uint8_t* pixels) {
  jpeg_decompress_struct info = {};
  jpeg_progress_mgr progress = {};
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = jpeg_fail;
  errors.manager.emit_message = jpeg_message;
  if (setjmp(errors.back) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  progress.progress_monitor = check_jpeg_scans;
  info.progress = &progress;
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(content.data()),
               static_cast<unsigned long>(content.size()));
  jpeg_read_header(&info, TRUE);
  header = {info.image_width, info.image_height, info.num_components, info.arith_code == FALSE};
  if (pixels != nullptr) {
    info.out_color_space = info.num_components == 1   ? JCS_GRAYSCALE
                           : info.num_components == 3 ? JCS_RGB
                                                      : JCS_CMYK;
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

}  // namespace

Picture decode_jpeg(const PictureSource& source) {
  JpegErrors errors = {};
  JpegHeader header;
  if (!decode_jpeg_into(source.content, errors, header, nullptr)) throw damaged(source, errors.message);
  check_size(source, header.width, header.height);
  if (header.components != 1 && header.components != 3 && header.components != 4)
    throw unsupported(source, fmt::format("{} components", header.components));
  const int height = static_cast<int>(header.height), width = static_cast<int>(header.width);
  const std::size_t n = static_cast<std::size_t>(header.height) * header.width;
  // Each block of 8 x 8 pixels takes at least a bit.
  if (header.huffman && n / (64 * 8) > source.content.size())
    throw damaged(source, fmt::format("{} bytes for {} x {} pixels", source.content.size(), width, height));
  std::vector<std::uint8_t> samples(n * static_cast<std::size_t>(header.components));
  if (!decode_jpeg_into(source.content, errors, header, samples.data()))
    throw damaged(source, errors.message);
  const int orientation = exif_orientation(source.content);
  if (header.components != 4)
    return upright({{height, width, header.components}, std::move(samples)}, orientation);
  for (std::uint8_t& ink : samples) ink = static_cast<std::uint8_t>(255 - ink);  // as Adobe stores them
  return upright(from_cmyk(std::move(samples), height, width), orientation);
}

}  // namespace tailor
