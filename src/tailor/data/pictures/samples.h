// What the decoders do to samples until they are a picture: fewer bits, palettes, transparency, CMYK, grey.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tailor/data/pictures/picture.h"

namespace tailor {

// A sample of 0 to `largest` as 8 bit, rounded. `largest` at most 65535.
inline std::uint8_t to_8_bit(std::uint32_t value, std::uint32_t largest) {
  return static_cast<std::uint8_t>((value * 255 + largest / 2) / largest);
}

// The luma of a colour by ITU-R BT.601, in the fixed point of Pillow's "L".
inline std::uint8_t grey_of(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
}

enum class Alpha {
  straight,       // colours are as seen where nothing is transparent
  premultiplied,  // they are multiplied with alpha already
};

// A picture from samples [height][width][channels]: grey, grey and alpha, colour, colour and alpha. It stays grey
// only if the ground is.
Picture flatten(std::vector<std::uint8_t> samples, int height, int width, int channels, const Ground& ground,
                Alpha alpha = Alpha::straight);

// Red, green, blue, alpha; at most 256 of them.
using Palette = std::vector<std::array<std::uint8_t, 4>>;

// A picture from numbers of colours [height][width]; those that the palette lacks are black. Grey if all colours
// are.
Picture from_palette(std::vector<std::uint8_t> indices, int height, int width, const Palette& palette,
                     const Ground& ground);

// A picture from inks [height][width][4]: cyan, magenta, yellow, black; 255 is full.
Picture from_cmyk(std::vector<std::uint8_t> inks, int height, int width);

}  // namespace tailor
