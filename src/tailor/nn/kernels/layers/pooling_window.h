// The part of a pooling window that lies inside the image; for pooling's kernels only.
#pragma once

#include <algorithm>

#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

// Kernel rows [row_begin, row_end) and columns [column_begin, column_end) of the window of output (y, x),
// whose unclipped corner lies at (top, left) of the image.
struct PoolWindow {
  PoolWindow(const PoolShape& s, int y, int x)
      : top(y * s.stride - s.padding),
        left(x * s.stride - s.padding),
        row_begin(std::max(0, -top)),
        row_end(std::min(s.kernel_height, s.in_height - top)),
        column_begin(std::max(0, -left)),
        column_end(std::min(s.kernel_width, s.in_width - left)) {}

  int count() const { return (row_end - row_begin) * (column_end - column_begin); }

  int top, left;
  int row_begin, row_end, column_begin, column_end;
};

}  // namespace tailor::kernels
