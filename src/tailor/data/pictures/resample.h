// Scaling pictures with antialiasing: to the bit what Image.resize(…, BILINEAR) of Pillow 12 and before makes of 8-bit
// images; from 13 on Pillow may take columns before rows, which changes a pixel by one level at most.
#pragma once

#include <cstdint>

#include "tailor/data/pictures/picture.h"

namespace tailor {

// The part of one axis that is made: of `from` pixels scaled to `to`, those from `first` on, `count` of them.
struct ScaledAxis {
  int from = 1;
  std::int64_t to = 1;
  std::int64_t first = 0;
  int count = 1;
};

// Each value is a mean of the pixels below a triangle around its place, as wide as two pixels of whichever is
// coarser, the picture or the result, so that shrinking averages and enlarging interpolates. By rows first, rounded to
// 8 bit, then by columns; weights have 22 bits after the point. Takes memory for the result and a row alone.
Picture resample(const Picture& picture, const ScaledAxis& rows, const ScaledAxis& columns);

}  // namespace tailor
