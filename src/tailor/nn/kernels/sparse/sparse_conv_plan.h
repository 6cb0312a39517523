// Sizes and scratch of the sparse convolution gradients. Private to sparse_conv*.cc.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/shapes.h"
#include "tailor/nn/kernels/winograd/winograd_plan.h"

namespace tailor::kernels {

struct SparsePlan {
  int pooled_height, pooled_width, pixels;
  int in_padded;           // channels, rounded up to 16
  int height, width;       // of the zero-bordered image
  int strip;               // pooled pixels whose weight gradient is summed together, at most 64
  std::size_t mask_words;  // of 64 bits

  explicit SparsePlan(const ConvShape& s) {
    pooled_height = s.out_height / 2;
    pooled_width = s.out_width / 2;
    pixels = pooled_height * pooled_width;
    in_padded = round_up(s.in_channels, 16);
    height = s.in_height + 2 * s.padding();
    width = s.in_width + 2 * s.padding();
    // The rows of x under a strip, of as many channels as are read together, stay in L1.
    const int row_floats = width * std::min(in_padded, 32);
    const int rows = std::max(1, (9 * 1024 / row_floats - 2) / 2);
    strip = std::clamp(rows * pooled_width, 1, 64);
    mask_words = static_cast<std::size_t>(pixels) * 4 * ceil_div(s.out_channels, 64);
  }

  // Whether the image must be copied to one with a zero border and whole vectors of channels.
  bool needs_copy(const ConvShape& s) const { return s.padding() > 0 || s.in_channels % 16 != 0; }
  std::size_t copy_floats() const { return static_cast<std::size_t>(height) * width * in_padded; }

  // Scratch: masks, then work: the copy of the image, then the strip's masks and corners.
  std::size_t mask_floats() const { return round_up(2 * mask_words, std::size_t{16}); }
  std::size_t strip_floats(int out_channels) const {
    return static_cast<std::size_t>(2) * round_up(out_channels, 64) + 64;
  }
};

}  // namespace tailor::kernels
