// The backward pass from the non-zeros of dy. One dy[r][o] touches all inputs alike, so 64 inputs lie in
// vector registers and the weights are transposed to [out][64], block by block, in the first cache; so are
// their gradients on the way back.
#include <algorithm>
#include <cstring>

#include "tailor/nn/kernels/common/targets.h"
#include "tailor/nn/kernels/sparse/sparse_dense.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/sparse/sparse_dense_backward.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/part-inl.h"
#include "tailor/nn/kernels/common/prefetch.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

using Tag = hn::CappedTag<float, 16>;
using V = hn::Vec<Tag>;

constexpr int lanes = static_cast<int>(hn::MaxLanes(Tag()));
constexpr int vectors = sparse_block / lanes;

HWY_INLINE std::size_t at(int row, int column, int columns) {
  return static_cast<std::size_t>(row) * columns + column;
}

// to[c][r] = from[r][c] for r < rows, c < columns.
HWY_INLINE void transpose(const float* from, int from_stride, int rows, int columns, float* to,
                          int to_stride) {
  const Tag d;
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* row = from + at(r, 0, from_stride);
    int c = 0;
    for (; c + lanes <= columns; c += lanes) {
      HWY_ALIGN float mixed[4 * lanes];
      hn::StoreInterleaved4(hn::LoadU(d, row + c), hn::LoadU(d, row + at(1, c, from_stride)),
                            hn::LoadU(d, row + at(2, c, from_stride)),
                            hn::LoadU(d, row + at(3, c, from_stride)), d, mixed);
      for (int i = 0; i < lanes; ++i)
        std::memcpy(to + at(c + i, r, to_stride), mixed + 4 * i, 4 * sizeof(float));
    }
    for (; c < columns; ++c)
      for (int i = 0; i < 4; ++i) to[at(c, r + i, to_stride)] = row[at(i, c, from_stride)];
  }
  for (; r < rows; ++r)
    for (int c = 0; c < columns; ++c) to[at(c, r, to_stride)] = from[at(r, c, from_stride)];
}

// sum[0, 64) over the list of value * table[other][0, 64).
HWY_INLINE void weighted_sum(const SparseGradients::Entry* entry, const SparseGradients::Entry* end,
                             const float* table, V* sum) {
  const Tag d;
  // Two sums each where registers allow: an addition takes longer than a step of the loop.
  constexpr int ways = vectors <= 4 ? 2 : 1;
  V s[ways * vectors];
  TAILOR_UNROLL
  for (int v = 0; v < ways * vectors; ++v) s[v] = hn::Zero(d);
  const auto add = [&](int way, const SparseGradients::Entry& e) HWY_ATTR {
    const V value = hn::Set(d, e.value);
    const float* from = table + static_cast<std::size_t>(e.other) * sparse_block;
    TAILOR_UNROLL
    for (int v = 0; v < vectors; ++v) {
      V& to = s[way * vectors + v];
      to = hn::MulAdd(value, hn::LoadU(d, from + v * lanes), to);
    }
  };
  for (; entry + ways <= end; entry += ways) {
    TAILOR_UNROLL
    for (int way = 0; way < ways; ++way) add(way, entry[way]);
  }
  if (entry < end) add(0, *entry);
  TAILOR_UNROLL
  for (int v = 0; v < vectors; ++v) sum[v] = ways == 2 ? hn::Add(s[v], s[vectors + v]) : s[v];
}

// dx[r][0, n) of one block, from its weights transposed to [out][64]. Fetches the block's part of x
// meanwhile: its rows, like those of dx, are on different pages.
HWY_INLINE void data_block(const SparseGradients& g, const float* weights, const float* x, float* dx, int in,
                           int n) {
  const Tag d;
  for (int r = 0; r < g.rows; ++r) {
    prefetch_early(x + at(r, 0, in), n);
    constexpr int ahead = 4;
    if (r + ahead < g.rows) prefetch_soon(dx + at(r + ahead, 0, in), n);
    V sum[vectors];
    weighted_sum(g.by_row + g.row_end[r], g.by_row + g.row_end[r + 1], weights, sum);
    float* to = dx + at(r, 0, in);
    if (n == sparse_block) {
      TAILOR_UNROLL
      for (int v = 0; v < vectors; ++v) hn::StoreU(sum[v], d, to + v * lanes);
    } else {
      TAILOR_UNROLL
      for (int v = 0; v < vectors; ++v) {
        if (v * lanes < n) store_up_to(sum[v], d, to + v * lanes, static_cast<std::size_t>(n - v * lanes));
      }
    }
  }
}

// x[r][0, n) to [rows][64]: rows a multiple of 4 KB apart, as in common layers, push each other out of the
// cache.
HWY_INLINE void gather_inputs(const float* x, int rows, int in, int n, float* inputs) {
  const Tag d;
  for (int r = 0; r < rows; ++r) {
    const float* from = x + at(r, 0, in);
    float* to = inputs + at(r, 0, sparse_block);
    if (n == sparse_block) {
      TAILOR_UNROLL
      for (int v = 0; v < vectors; ++v) hn::StoreU(hn::LoadU(d, from + v * lanes), d, to + v * lanes);
    } else {
      std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
    }
  }
}

// The gradients of one block's weights, [out][64], from its inputs, [rows][64]. Fetches what follows
// meanwhile, [64][out] each: the place of these gradients and the next block's weights.
HWY_INLINE void weights_block(const SparseGradients& g, const float* inputs, float* diff_weights,
                              const float* place, const float* next) {
  const Tag d;
  for (int o = 0; o < g.out; ++o) {
    prefetch_early(place + at(o, 0, sparse_block), sparse_block);
    prefetch_early(next + at(o, 0, sparse_block), sparse_block);
    V sum[vectors];
    weighted_sum(g.by_column + g.column_end[o], g.by_column + g.column_end[o + 1], inputs, sum);
    TAILOR_UNROLL
    for (int v = 0; v < vectors; ++v) hn::StoreU(sum[v], d, diff_weights + at(o, v * lanes, sparse_block));
  }
}

}  // namespace

void backward_from_gradients(const SparseGradients& g, const float* x, const float* w, float* dw, float* dx,
                             int in_first, int in_count, int in, float* scratch) {
  float* inputs = scratch;
  float* weights = scratch + at(g.rows, 0, sparse_block);
  for (int first = in_first; first < in_first + in_count; first += sparse_block) {
    const int n = std::min(sparse_block, in_first + in_count - first);
    if (n < sparse_block) std::fill_n(scratch, at(g.rows + g.out, 0, sparse_block), 0.0f);
    if (dx) {
      transpose(w + at(first, 0, g.out), g.out, n, g.out, weights, sparse_block);
      data_block(g, weights, x + first, dx + first, in, n);
    }
    gather_inputs(x + first, g.rows, in, n, inputs);
    const float* next = w + at(first + n, 0, g.out);  // beyond the end nothing happens
    weights_block(g, inputs, weights, dw + at(first, 0, g.out), next);
    transpose(weights, sparse_block, g.out, n, dw + at(first, 0, g.out), g.out);
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(backward_from_gradients);

SparseGradients::SparseGradients(void* memory, int row_count, int out_count)
    : rows(row_count), out(out_count), by_row(static_cast<Entry*>(memory)) {
  const std::size_t all = static_cast<std::size_t>(rows) * out;
  by_column = by_row + all;
  row_end = reinterpret_cast<std::int32_t*>(by_column + all);
  column_end = row_end + rows + 1;
}

std::size_t sparse_gradients_bytes(int rows, int out) {
  const std::size_t all = static_cast<std::size_t>(rows) * out;
  return 2 * all * sizeof(SparseGradients::Entry) +
         (static_cast<std::size_t>(rows) + out + 2) * sizeof(std::int32_t);
}

std::int64_t sparse_compress_gradients(const float* dy, const SparseGradients& g) {
  // By row, counting each column in the place behind its own.
  std::fill_n(g.column_end, g.out + 1, 0);
  std::int32_t count = 0;
  for (int r = 0; r < g.rows; ++r) {
    g.row_end[r] = count;
    for (int o = 0; o < g.out; ++o) {
      const float value = dy[static_cast<std::size_t>(r) * g.out + o];
      g.by_row[count] = {o, value};
      const bool some = value != 0;  // NaN too
      count += some;
      g.column_end[o + 1] += some;
    }
  }
  g.row_end[g.rows] = count;
  // By column: each list's begin moves to its end while it is filled, then all are moved back by one place.
  for (int o = 0; o < g.out; ++o) g.column_end[o + 1] += g.column_end[o];
  for (int r = 0; r < g.rows; ++r)
    for (std::int32_t i = g.row_end[r]; i < g.row_end[r + 1]; ++i)
      g.by_column[g.column_end[g.by_row[i].other]++] = {r, g.by_row[i].value};
  std::copy_backward(g.column_end, g.column_end + g.out, g.column_end + g.out + 1);
  g.column_end[0] = 0;
  return count;
}

std::size_t sparse_backward_scratch(int rows, int out) {
  return (static_cast<std::size_t>(rows) + out) * sparse_block;
}

void sparse_dense_backward(const SparseGradients& gradients, const float* x, const float* w, float* dw,
                           float* dx, int in_first, int in_count, int in, float* scratch) {
  HWY_DYNAMIC_DISPATCH(backward_from_gradients)(gradients, x, w, dw, dx, in_first, in_count, in, scratch);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
