// The forward pass walks the non-zeros of 64 inputs at a time, as the bits of a word: up to 8 vectors of
// outputs in registers, the block's weights in the first cache.
#include "tailor/nn/kernels/sparse/sparse_dense.h"

#include "tailor/nn/kernels/common/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/sparse/sparse_dense.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/common/prefetch.h"
#include "tailor/nn/kernels/sparse/nonzeros-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

// Calls body.template run<vectors>(first output, outputs) for panels of outputs: full ones of 8, 4, 2 and 1
// vectors, then a part of a vector.
template <class Body>
HWY_INLINE void for_panels(int out, const Body& body) {
  constexpr int lanes = vector_width;
  int o = 0;
  for (; o + 8 * lanes <= out; o += 8 * lanes) body.template run<8, false>(o, 8 * lanes);
  if (o + 4 * lanes <= out) body.template run<4, false>(o, 4 * lanes), o += 4 * lanes;
  if (o + 2 * lanes <= out) body.template run<2, false>(o, 2 * lanes), o += 2 * lanes;
  if (o + lanes <= out) body.template run<1, false>(o, lanes), o += lanes;
  if (o < out) body.template run<1, true>(o, out - o);
}

template <bool part>
HWY_INLINE Vector load(const float* from, int n) {
  if constexpr (part) return load_part(Floats(), from, static_cast<std::size_t>(n));
  return HWY_NAMESPACE::load(from);
}

template <bool part>
HWY_INLINE void store(Vector v, float* to, int n) {
  if constexpr (part) {
    store_part(v, Floats(), to, static_cast<std::size_t>(n));
  } else {
    HWY_NAMESPACE::store(v, to);
  }
}

HWY_INLINE std::size_t at(int row, int column, int columns) {
  return static_cast<std::size_t>(row) * columns + column;
}

struct Forward {
  const float *x, *w, *bias;
  float* y;
  int rows, in, out;

  template <int vectors, bool part>
  HWY_INLINE void run(int o, int n) const {
    start<vectors, part>(o, n);
    int first = 0;
    for (; first + sparse_block <= in; first += sparse_block)
      add_block<vectors, part>(first, sparse_block, o, n);
    if (first < in) add_block<vectors, part>(first, in - first, o, n);
  }

 private:
  template <int vectors, bool part>
  HWY_INLINE void start(int o, int n) const {
    for (int r = 0; r < rows; ++r) {
      TAILOR_UNROLL
      for (int v = 0; v < vectors; ++v) {
        store<part>(bias ? load<part>(bias + o + v * vector_width, n) : hn::Zero(Floats()),
                    y + at(r, o, out) + v * vector_width, n);
      }
    }
  }

  // Adds the products of inputs [first, first + count) to all rows; inlined, so that `count` is a constant
  // for whole blocks.
  template <int vectors, bool part>
  HWY_INLINE void add_block(int first, int count, int o, int n) const {
    const float* weights = w + at(first, o, out);
    for (int r = 0; r < rows; ++r) {
      const float* from = x + at(r, first, in);
      float* to = y + at(r, o, out);
      // Rows are on different pages.
      constexpr int ahead = 4;
      if (r + ahead < rows) prefetch_soon(from + at(ahead, 0, in), count);
      Vector sum[vectors];
      TAILOR_UNROLL
      for (int v = 0; v < vectors; ++v) sum[v] = load<part>(to + v * vector_width, n);
      for (std::uint64_t some = nonzero_bits(from, count); some != 0; some &= some - 1) {
        const int i = lowest_bit(some);
        const Vector value = broadcast(from[i]);
        const float* row = weights + at(i, 0, out);
        TAILOR_UNROLL
        for (int v = 0; v < vectors; ++v)
          sum[v] = hn::MulAdd(value, load<part>(row + v * vector_width, n), sum[v]);
      }
      TAILOR_UNROLL
      for (int v = 0; v < vectors; ++v) store<part>(sum[v], to + v * vector_width, n);
    }
  }
};

}  // namespace

double density(const float* x, int rows, int in) {
  std::int64_t some = 0, all = 0;
  for (int r = 0; r < rows; r += 8) {
    for (int i = 0; i < in; i += 64)
      some += static_cast<std::int64_t>(hwy::PopCount(nonzero_bits(x + at(r, i, in), HWY_MIN(64, in - i))));
    all += in;
  }
  return all == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all);
}

void sparse_forward(const float* x, const float* w, const float* bias, float* y, int rows, int in, int out) {
  for_panels(out, Forward{x, w, bias, y, rows, in, out});
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(density);
HWY_EXPORT(sparse_forward);

static_assert(sparse_block == 64, "a block's non-zeros are the bits of one word");

double sparse_density(const float* x, int rows, int in) { return HWY_DYNAMIC_DISPATCH(density)(x, rows, in); }

void sparse_dense_forward(const float* x, const float* w, const float* bias, float* y, int rows, int in,
                          int out) {
  HWY_DYNAMIC_DISPATCH(sparse_forward)(x, w, bias, y, rows, in, out);
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
