// The part of a pooling window that lies inside the image; for pooling's kernels only.
#pragma once

#include <algorithm>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

// Kernel rows [row_begin, row_end) and columns [column_begin, column_end) of the window of output (y, x),
// whose unclipped corner lies at (top, left) of the image. Not empty, if the shape is one of shape_inference.
struct PoolWindow {
  PoolWindow(const PoolShape& s, int y, int x) {
    if (s.adaptive) {
      top = y * s.in_height / s.out_height, left = x * s.in_width / s.out_width;
      row_begin = column_begin = 0;
      row_end = ceil_div((y + 1) * s.in_height, s.out_height) - top;
      column_end = ceil_div((x + 1) * s.in_width, s.out_width) - left;
      count = row_end * column_end;
      return;
    }
    top = y * s.stride_height - s.padding_top, left = x * s.stride_width - s.padding_left;
    row_begin = taps_before(-top, s.dilation_height);
    row_end = std::min(s.kernel_height, taps_before(s.in_height - top, s.dilation_height));
    column_begin = taps_before(-left, s.dilation_width);
    column_end = std::min(s.kernel_width, taps_before(s.in_width - left, s.dilation_width));
    count = s.count_padding ? std::min(s.kernel_height, s.in_height + s.padding_bottom - top) *
                                  std::min(s.kernel_width, s.in_width + s.padding_right - left)
                            : (row_end - row_begin) * (column_end - column_begin);
  }

  int count;  // what an average divides by
  int top, left;
  int row_begin, row_end, column_begin, column_end;

 private:
  // How many of the taps 0, dilation, 2 dilation, … lie before `end`.
  static int taps_before(int end, int dilation) {
    return end <= 0 ? 0 : dilation == 1 ? end : ceil_div(end, dilation);
  }
};

}  // namespace tailor::kernels
