// The data gradient of the sparse convolution: the 4x4 patch of the image under a pooling window stays in
// registers, for one vector of input channels, while the weights of the window's non-zero gradients are added
// to it.
#include "tailor/nn/kernels/common/targets.h"
#include "tailor/nn/kernels/sparse/sparse_conv.h"
#include "tailor/nn/kernels/sparse/sparse_conv_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/sparse/sparse_conv_data.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/base/rounding.h"
#include "tailor/nn/kernels/common/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Size = std::size_t;

// With 32 registers the whole patch fits; with 16, the windows' upper and lower gradients are added in two
// passes of a 3x4 patch each.
constexpr int pass_rows = HWY_CAP_GE512 ? 2 : 1;

// The non-zero gradients of a window: a mask for each of its places and 64 channels.
struct Window {
  const std::uint64_t* masks;  // [4][words]
  const float* gradient;
  float scale;  // of the gradient
  int words;
};

// Adds the gradients at one place of the window; (row, column) is the place's offset within the patch.
template <int row, int column, int rows>
HWY_INLINE void add_place(const float* weights, const Window& window, int place, Vector (&patch)[rows][4]) {
  for (int word = 0; word < window.words; ++word) {
    const float* block = weights + static_cast<Size>(word) * (64 * 9 * 16);
    for (std::uint64_t mask = window.masks[place * window.words + word]; mask != 0; mask &= mask - 1) {
      const Size channel = hwy::Num0BitsBelowLS1Bit_Nonzero64(mask);
      const float* w = block + channel * (9 * 16);
      const Vector g = broadcast(window.scale * window.gradient[static_cast<Size>(word) * 64 + channel]);
      TAILOR_UNROLL
      for (int r = 0; r < 3; ++r) {
        TAILOR_UNROLL
        for (int c = 0; c < 3; ++c) {
          patch[row + r][column + c] = hn::MulAdd(g, load(w + (3 * r + c) * 16), patch[row + r][column + c]);
        }
      }
    }
  }
}

template <int top, int rows>
HWY_INLINE void add_places(const float* weights, const Window& window, Vector (&patch)[rows][4]) {
  if constexpr (top == 0) {
    add_place<0, 0>(weights, window, 0, patch);
    add_place<0, 1>(weights, window, 1, patch);
  }
  if constexpr (top + rows == 4) {
    add_place<1 - top, 0>(weights, window, 2, patch);
    add_place<1 - top, 1>(weights, window, 3, patch);
  }
}

// Two columns of the patch to memory; its first `written` rows already hold something.
template <int rows>
HWY_INLINE void flush(const Vector (&patch)[rows][4], int column, int written, float* to, Size row,
                      Size pixel) {
  TAILOR_UNROLL
  for (int r = 0; r < rows; ++r) {
    TAILOR_UNROLL
    for (int c = 0; c < 2; ++c) {
      float* at = to + static_cast<Size>(r) * row + static_cast<Size>(c) * pixel;
      store(r < written ? hn::Add(load(at), patch[r][column + c]) : patch[r][column + c], at);
    }
  }
}

// One row of windows; `top` is the patch's first row within the window's, dx its first element.
template <int top>
HWY_INLINE void add_window_row(const SparsePlan& plan, const float* weights, Window window, int channels,
                               int pooled_row, float* dx, Size row, Size pixel) {
  constexpr int rows = pass_rows + 2;
  // The windows above have written two rows; a first pass over these windows all but the last.
  const int written = top == 1 ? 2 : pooled_row > 0 ? 2 : 0;
  Vector patch[rows][4];
  TAILOR_UNROLL
  for (int r = 0; r < rows; ++r) {
    TAILOR_UNROLL
    for (int c = 0; c < 4; ++c) patch[r][c] = hn::Zero(Floats());
  }
  const Size first = static_cast<Size>(pooled_row) * plan.pooled_width;
  window.masks += first * 4 * window.words;
  window.gradient += first * channels;
  for (int i = 0; i < plan.pooled_width; ++i, dx += 2 * pixel) {
    add_places<top, rows>(weights, window, patch);
    window.masks += 4 * window.words;
    window.gradient += channels;
    flush<rows>(patch, 0, written, dx, row, pixel);
    // The right half of this patch is the left half of the next.
    TAILOR_UNROLL
    for (int r = 0; r < rows; ++r) {
      TAILOR_UNROLL
      for (int c = 0; c < 2; ++c) {
        patch[r][c] = patch[r][c + 2];
        patch[r][c + 2] = hn::Zero(Floats());
      }
    }
  }
  flush<rows>(patch, 0, written, dx, row, pixel);
}

}  // namespace

void sparse_data(const ConvShape& s, const float* packed, const SparseGradient& g, float* dx) {
  const SparsePlan plan(s);
  const bool copy = plan.needs_copy(s);
  float* to = copy ? g.work : dx;
  const int pixel = copy ? plan.in_padded : s.in_channels, row = plan.width * pixel;
  // Rows and columns beyond the last window receive nothing.
  if (plan.height != 2 * plan.pooled_height + 2 || plan.width != 2 * plan.pooled_width + 2 ||
      plan.pixels == 0) {
    std::memset(to, 0, static_cast<Size>(plan.height) * row * sizeof(float));
  }
  const Window window{g.masks, g.gradient, g.scale, ceil_div(s.out_channels, 64)};
  for (int channel = 0; channel < s.in_channels; channel += vector_width) {
    const float* weights =
        packed + static_cast<Size>(channel / 16) * s.out_channels * (9 * 16) + channel % 16;
    for (int r = 0; r < plan.pooled_height && plan.pixels > 0; ++r) {
      float* at = to + static_cast<Size>(2 * r) * row + channel;
      add_window_row<0>(plan, weights, window, s.out_channels, r, at, row, pixel);
      if constexpr (pass_rows == 1)
        add_window_row<1>(plan, weights, window, s.out_channels, r, at + row, row, pixel);
    }
  }
  for (int i = 0; copy && i < s.in_height * s.in_width; ++i) {
    const int from = (i / s.in_width + s.padding()) * row + (i % s.in_width + s.padding()) * pixel;
    std::memcpy(dx + static_cast<Size>(i) * s.in_channels, to + from,
                static_cast<Size>(s.in_channels) * sizeof(float));
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(sparse_data);

void sparse_data_gradient(const ConvShape& shape, const float* packed, const SparseGradient& gradient,
                          float* dx) {
  HWY_DYNAMIC_DISPATCH(sparse_data)(shape, packed, gradient, dx);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
