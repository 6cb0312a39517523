// The forward pass walks the non-zeros block by block: up to 8 vectors of outputs in registers, the weights
// of one block in the first cache.
#include "tailor/nn/kernels/sparse_dense.h"

#include <algorithm>

#include "tailor/nn/kernels/conv_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tailor/nn/kernels/sparse_dense.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "tailor/nn/kernels/part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {
namespace {

// Lists have room for whole vectors of 16 at most.
using Tag = hn::CappedTag<float, 16>;
using V = hn::Vec<Tag>;

// Calls body.template run<vectors>(first output, outputs) for panels of outputs: full ones of 8, 4, 2 and 1
// vectors, then a part of a vector.
template <class Body>
HWY_INLINE void for_panels(int out, const Body& body) {
  const int lanes = static_cast<int>(hn::Lanes(Tag()));
  int o = 0;
  for (; o + 8 * lanes <= out; o += 8 * lanes) body.template run<8, false>(o, 8 * lanes);
  if (o + 4 * lanes <= out) body.template run<4, false>(o, 4 * lanes), o += 4 * lanes;
  if (o + 2 * lanes <= out) body.template run<2, false>(o, 2 * lanes), o += 2 * lanes;
  if (o + lanes <= out) body.template run<1, false>(o, lanes), o += lanes;
  if (o < out) body.template run<1, true>(o, out - o);
}

template <bool part>
HWY_INLINE V load(const float* from, int n) {
  const Tag d;
  if constexpr (part) return load_part(d, from, static_cast<std::size_t>(n));
  return hn::LoadU(d, from);
}

template <bool part>
HWY_INLINE void store(V v, float* to, int n) {
  const Tag d;
  if constexpr (part) {
    store_part(v, d, to, static_cast<std::size_t>(n));
  } else {
    hn::StoreU(v, d, to);
  }
}

HWY_INLINE std::size_t at(int row, int column, int columns) {
  return static_cast<std::size_t>(row) * columns + column;
}

struct Forward {
  const SparseInputs& inputs;
  const float *w, *bias;
  float* y;
  int row_first, row_count, out;

  template <int vectors, bool part>
  HWY_INLINE void run(int o, int n) const {
    const Tag d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int b = 0; b < sparse_blocks(inputs.in); ++b) {
      const float* weights = w + at(b * sparse_block, o, out);
      for (int r = row_first; r < row_first + row_count; ++r) {
        float* to = y + at(r, o, out);
        V sum[vectors];
        TAILOR_UNROLL
        for (int v = 0; v < vectors; ++v) {
          if (b > 0) {
            sum[v] = load<part>(to + v * lanes, n);
          } else {
            sum[v] = bias ? load<part>(bias + o + v * lanes, n) : hn::Zero(d);
          }
        }
        const std::size_t list = inputs.list(b, r);
        const float* value = inputs.value + list * sparse_block;
        const std::uint8_t* place = inputs.place + list * sparse_block;
        // Short lists in long slots: the processor does not foresee where the next ones lie.
        constexpr std::size_t ahead = 6 * sparse_block;
        hwy::Prefetch(value + ahead);
        hwy::Prefetch(value + ahead + 16);
        hwy::Prefetch(place + ahead);
        for (int j = 0; j < inputs.count[list]; ++j) {
          const V x = hn::Set(d, value[j]);
          const float* from = weights + at(place[j], 0, out);
          TAILOR_UNROLL
          for (int v = 0; v < vectors; ++v) sum[v] = hn::MulAdd(x, load<part>(from + v * lanes, n), sum[v]);
        }
        TAILOR_UNROLL
        for (int v = 0; v < vectors; ++v) store<part>(sum[v], to + v * lanes, n);
      }
    }
  }
};

}  // namespace

std::int64_t compress(const float* x, int row_first, int row_count, const SparseInputs& inputs) {
  const Tag d;
  const hn::RebindToSigned<Tag> di;
  const hn::Rebind<std::uint8_t, Tag> du;
  const int lanes = static_cast<int>(hn::Lanes(d));
  std::int64_t total = 0;
  for (int r = row_first; r < row_first + row_count; ++r)
    for (int b = 0; b < sparse_blocks(inputs.in); ++b) {
      const std::size_t list = inputs.list(b, r);
      float* value = inputs.value + list * sparse_block;
      std::uint8_t* place = inputs.place + list * sparse_block;
      const int n = std::min(sparse_block, inputs.in - b * sparse_block);
      const float* from = x + at(r, b * sparse_block, inputs.in);
      std::size_t count = 0;
      for (int i = 0; i < n; i += lanes) {
        const V v = load_up_to(d, from + i, static_cast<std::size_t>(n - i));
        const auto some = hn::Not(hn::Eq(v, hn::Zero(d)));
        // In registers first: compressing to memory is slow on some processors.
        hn::StoreU(hn::Compress(v, some), d, value + count);
        const auto places = hn::Compress(hn::Iota(di, i), hn::RebindMask(di, some));
        hn::StoreU(hn::DemoteTo(du, places), du, place + count);
        count += hn::CountTrue(d, some);
      }
      inputs.count[list] = static_cast<std::uint8_t>(count);
      total += static_cast<std::int64_t>(count);
    }
  return total;
}

void sparse_forward(const SparseInputs& inputs, const float* w, const float* bias, float* y, int row_first,
                    int row_count, int out) {
  for_panels(out, Forward{inputs, w, bias, y, row_first, row_count, out});
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tailor::kernels {

HWY_EXPORT(compress);
HWY_EXPORT(sparse_forward);

static_assert(sparse_block <= 255 && sparse_block % 16 == 0,
              "counts and places are bytes; whole vectors are stored");

SparseInputs::SparseInputs(void* memory, int row_count, int input_count)
    : rows(row_count), in(input_count), value(static_cast<float*>(memory)) {
  const std::size_t values = list(sparse_blocks(in), 0) * sparse_block;
  place = reinterpret_cast<std::uint8_t*>(value + values);
  count = place + values;
}

std::size_t sparse_inputs_bytes(int rows, int in) {
  return static_cast<std::size_t>(sparse_blocks(in)) * rows * (sparse_block * (sizeof(float) + 1) + 1);
}

std::int64_t sparse_compress(const float* x, int row_first, int row_count, const SparseInputs& inputs) {
  return HWY_DYNAMIC_DISPATCH(compress)(x, row_first, row_count, inputs);
}

void sparse_dense_forward(const SparseInputs& inputs, const float* w, const float* bias, float* y,
                          int row_first, int row_count, int out) {
  HWY_DYNAMIC_DISPATCH(sparse_forward)(inputs, w, bias, y, row_first, row_count, out);
}

bool sparse_forward_pays(std::int64_t nonzeros, int rows, int in) {
  return static_cast<double>(nonzeros) < 0.45 * rows * in;  // measured on Zen 5, with 128 outputs
}

}  // namespace tailor::kernels
#endif  // HWY_ONCE
