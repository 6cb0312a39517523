// Single pictures from files (PNG, JPEG, PGM, PPM) and to PNG, and fitting them to a network's input. `tailor
// predict` and the contact sheet use this.
#pragma once

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
};

inline constexpr std::int64_t max_picture_pixels = 64'000'000;

// Recognises the format by content. Transparency is shown over white, 16-bit values become 8-bit. A file that
// is damaged, truncated, too large or of another format is bad input.
Picture read_picture(const std::filesystem::path& file);
Picture decode_picture(std::string_view content, const std::string& name);

// As grey or colour (by the weights of ITU-R BT.601), scaled with its aspect kept until it fits (bilinear,
// averaging when it shrinks), centred on black.
Picture resize_to(const Picture& picture, const Shape& shape);

// Whether most of the border is lighter than middle grey: a dark thing on white, where the data sets of the
// MNIST family have light things on black.
bool has_light_border(const Picture& picture);
void invert(Picture& picture);

// What resize_to (and invert) did, for people: "64 x 48 colour -> 28 x 28 grey: ...".
std::string describe_preprocessing(const Shape& from, const Shape& to, bool inverted);

std::string encode_png(std::span<const std::uint8_t> pixels, const Shape& shape);
void write_png(const std::filesystem::path& file, std::span<const std::uint8_t> pixels, const Shape& shape);

}  // namespace tailor
