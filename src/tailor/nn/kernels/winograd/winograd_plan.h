// How Winograd convolutions are cut up: tiles, strips of tiles, blocks of output channels. Private to the kernels of this
// folder.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

struct WinogradTile {
  int image, row, column;  // of the tile, not of its pixels
};

// The 4x4 tiles of the output maps of some images, image by image and row by row.
struct WinogradTiles {
  int across, of_image;

  explicit WinogradTiles(const ConvShape& s)
      : across((s.out_width + 3) / 4), of_image(across * ((s.out_height + 3) / 4)) {}

  WinogradTile at(int number) const {
    return {number / of_image, number % of_image / across, number % of_image % across};
  }
  void next(WinogradTile& tile) const {
    if (++tile.column < across) return;
    tile.column = 0;
    if (++tile.row * across < of_image) return;
    tile.row = 0;
    ++tile.image;
  }
};

// Of the convolution of `images` images at once.
struct WinogradPlan {
  WinogradTiles tiles;
  int in_padded, out_padded;           // channels, rounded up to 16
  int block;                           // output channels that are multiplied and transformed back together
  int most_strip, strip;               // tiles that are transformed together; at most
  std::size_t v_position, m_position;  // floats from one of the 36 positions to the next in V and M

  WinogradPlan(const ConvShape& s, int images) : tiles(s) {
    in_padded = round_up(s.in_channels, 16);
    out_padded = round_up(s.out_channels, 16);
    block = std::min(out_padded, 64);
    // V and M of a strip stay in L2 beside the weights and the image, in floats; strips of equal length.
    constexpr int budget = 50 * 1024;
    const int most = std::max(6, budget / (36 * (in_padded + block)) / 6 * 6), all = images * tiles.of_image;
    most_strip = std::min(all, most);
    strip = std::min(all, round_up(ceil_div(all, ceil_div(all, most)), 6));
    // The extra line keeps the 36 positions of a tile out of each other's cache sets.
    v_position = static_cast<std::size_t>(strip) * in_padded + 16;
    m_position = static_cast<std::size_t>(strip) * block + 16;
  }

  std::size_t patch_floats() const { return static_cast<std::size_t>(36) * in_padded; }
  // Of V, M and a patch, for these images and for fewer.
  std::size_t scratch_floats() const {
    return 36 * (static_cast<std::size_t>(most_strip) * (in_padded + block) + 32) + patch_floats();
  }
};

}  // namespace tailor::kernels
