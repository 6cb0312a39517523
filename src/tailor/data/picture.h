// Single pictures from files (PNG, JPEG, PGM, PPM) and to PNG, and fitting them to a network's input. `tailor
// predict` and the contact sheet use this.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/data/image_set.h"

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

// Recognises the format by content. Transparency is shown over the ground, 16-bit values become 8-bit, and
// pictures with an EXIF orientation are turned upright. A file that is cut, damaged, too large or of another
// format is bad input; `name` is for messages.
Picture decode_picture(std::string_view content, const std::string& name,
                       const Ground& ground = white_ground);
Picture read_picture(const std::filesystem::path& file, const Ground& ground = white_ground);

// As grey or colour (by the weights of ITU-R BT.601), scaled with its aspect kept until it fits (bilinear,
// averaging when it shrinks), centred on the ground.
Picture resize_to(const Picture& picture, const Shape& shape, const Ground& ground = black_ground);

// The ground of a set's images: each channel's median over the borders of these.
Ground usual_ground(const ImageSet& images, std::span<const std::uint32_t> which);

// Whether most of the border is lighter than middle grey: a dark thing on white, where the data sets of the
// MNIST family have light things on black.
bool has_light_border(const Picture& picture);
void invert(Picture& picture);

// What was done to a picture of shape `from`, for people: "64 x 48 colour -> 28 x 28 grey: ...".
struct Preprocessing {
  Shape from, to;
  bool turned = false, inverted = false;
  Ground ground = black_ground;
};
std::string describe(const Preprocessing& p);

std::string encode_png(std::span<const std::uint8_t> pixels, const Shape& shape);
void write_png(const std::filesystem::path& file, std::span<const std::uint8_t> pixels, const Shape& shape);

}  // namespace tailor
