// Sizes that the first layer's convolution works with. Private to first_conv.cc.
#pragma once

#include <cstddef>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

constexpr int padded_channels(const ConvShape& s) { return round_up(s.out_channels, 16); }

// Of the copy with a zero border, in whole lines; none is needed without padding.
constexpr std::size_t bordered_floats(const ConvShape& s) {
  if (s.padding() == 0) return 0;
  const std::size_t rows = static_cast<std::size_t>(s.in_height) + 2 * s.padding();
  return round_up(rows * (s.in_width + 2 * s.padding()) * s.in_channels, std::size_t{16});
}

}  // namespace tailor::kernels
