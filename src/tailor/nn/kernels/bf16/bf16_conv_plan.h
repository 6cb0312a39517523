// The sizes behind bf16_conv.h. Private to its files.
#pragma once

#include <cstddef>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

struct Bf16ConvPlan {
  int taps;
  int rows, row_pixels;           // of the input's map; rows of an even number of pixels
  int channels, channel_tiles;    // of a pixel of the map: a multiple of 32; in tiles of 32
  int outputs, output_tiles;      // a multiple of 16; in tiles of 16
  int gradient_steps;             // pixels of the output in the map's rows, in steps of 32
  std::size_t transposed_pixels;  // of one channel

  explicit Bf16ConvPlan(const ConvShape& s) {
    taps = s.kernel_height * s.kernel_width;
    rows = s.in_height + 2 * s.padding();
    row_pixels = (s.in_width + 2 * s.padding() + 1) / 2 * 2;
    channel_tiles = ceil_div(s.in_channels, 32);
    channels = channel_tiles * 32;
    output_tiles = ceil_div(s.out_channels, 16);
    outputs = output_tiles * 16;
    gradient_steps = ceil_div(s.out_height * row_pixels, 32);
    // The last step's furthest tap, in whole lines; an odd number of them keeps channels out of each other's
    // cache sets.
    const int last = gradient_steps * 32 + (s.kernel_height - 1) * row_pixels + s.kernel_width;
    transposed_pixels = static_cast<std::size_t>(ceil_div(last, 32) | 1) * 32;
  }

  // The gradient of 16 outputs as pairs of pixels.
  std::size_t tile_pairs() const { return static_cast<std::size_t>(gradient_steps) * 32 * 16; }
  std::size_t map_pixels() const { return static_cast<std::size_t>(rows) * row_pixels; }
  std::size_t pixel(int row, int column) const {  // of the map: where its values start
    return (static_cast<std::size_t>(row) * row_pixels + column) * channels;
  }
};

}  // namespace tailor::kernels
