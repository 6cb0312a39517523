// Single pictures from files of any usual format, and to PNG. Data sets of pictures, `tailor predict` and the
// contact sheet use this; fit.h makes network inputs of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/base/shape.h"

namespace tailor {

struct Picture {
  Shape shape;                       // 1 channel (grey) or 3 (red, green, blue)
  std::vector<std::uint8_t> pixels;  // [height][width][channels]
  bool turned = false;               // it was stored otherwise, with an orientation that tells how
};

// What stands behind transparent pixels and beside a picture of another aspect: red, green and blue.
using Ground = std::array<std::uint8_t, 3>;
inline constexpr Ground black_ground = {0, 0, 0}, white_ground = {255, 255, 255};
Ground inverted(const Ground& ground);

inline constexpr std::int64_t max_picture_pixels = 64'000'000;

struct PictureInfo {
  std::string_view format;  // "PNG", "JPEG", "WebP", "TIFF", "BMP", "GIF" or "PNM"
};

// The format of a file that begins so, by content; none if it is no picture that decode_picture knows.
// The first bytes suffice: recognizing_bytes of them, or the whole file where that is shorter.
inline constexpr std::size_t recognizing_bytes = 32;
std::optional<PictureInfo> recognize_picture(std::string_view first_bytes);

// "PNG, JPEG, WebP, TIFF, BMP, GIF or PNM", for messages.
std::string picture_formats();

// PNG, JPEG, WebP, TIFF, BMP, GIF and PNM (P1 to P6), recognised by content; of animations the first frame, of
// documents the first page. Pictures with an EXIF orientation are turned upright. A picture is grey where the
// file says so or its palette is grey, else red, green and blue.
//   - Samples of fewer or more bits: round(255 v / largest), so 16 bit become round(v / 257). Pillow takes the
//     upper byte, which is at most one level away.
//   - Transparency is shown over the ground: round((a v + (255 - a) ground) / 255), as Pillow's paste.
//   - CMYK: (255 - C) (255 - K) / 255 and so on, as Pillow; JPEG's are stored inverted, as Adobe does.
//   - Colour profiles, gamma and resolution are ignored, as Pillow and torchvision do on loading.
// Bytes after the end and warnings that leave every pixel right are no error. A file that is cut, damaged, of
// another format or of more than max_picture_pixels is bad input; this is known before memory for pixels is
// taken. `name` is for messages.
Picture decode_picture(std::string_view content, const std::string& name,
                       const Ground& ground = white_ground);
Picture read_picture(const std::filesystem::path& file, const Ground& ground = white_ground);

// Whether most of the border is lighter than middle grey: a dark thing on white, where the data sets of the
// MNIST family have light things on black.
bool has_light_border(const Picture& picture);
void invert(Picture& picture);

std::string encode_png(std::span<const std::uint8_t> pixels, const Shape& shape);
void write_png(const std::filesystem::path& file, std::span<const std::uint8_t> pixels, const Shape& shape);

}  // namespace tailor
