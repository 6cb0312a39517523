// How a Winograd convolution is cut up: tiles, strips of tiles, blocks of output channels. Private to
// winograd_conv.cc.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

struct WinogradPlan {
  int tiles_x, tiles;                  // 4x4 output tiles, row by row
  int in_padded, out_padded;           // channels, rounded up to 16
  int block;                           // output channels that are multiplied and transformed back together
  int strip;                           // tiles that are transformed together
  std::size_t v_position, m_position;  // floats from one of the 36 positions to the next in V and M

  explicit WinogradPlan(const ConvShape& s) {
    tiles_x = (s.out_width + 3) / 4;
    tiles = tiles_x * ((s.out_height + 3) / 4);
    in_padded = round_up(s.in_channels, 16);
    out_padded = round_up(s.out_channels, 16);
    block = std::min(out_padded, 64);
    // V and M of a strip stay in L2 beside the weights and the image, in floats; strips of equal length.
    constexpr int budget = 50 * 1024;
    const int most = std::max(6, budget / (36 * (in_padded + block)) / 6 * 6);
    const int strips = ceil_div(tiles, most);
    strip = std::min(tiles, round_up(ceil_div(tiles, strips), 6));
    // The extra line keeps the 36 positions of a tile out of each other's cache sets.
    v_position = static_cast<std::size_t>(strip) * in_padded + 16;
    m_position = static_cast<std::size_t>(strip) * block + 16;
  }

  std::size_t patch_floats() const { return static_cast<std::size_t>(36) * in_padded; }
};

}  // namespace tailor::kernels
