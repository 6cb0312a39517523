// Sums of outer products at one Winograd position, M [out][in] += sum over tiles of G [tile][out] x V [tile][in], with a
// block of M in registers. Included once for each instruction set by winograd_weight_gradient.cc.
#if defined(TAILOR_WINOGRAD_OUTER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_WINOGRAD_OUTER_INL_H
#undef TAILOR_WINOGRAD_OUTER_INL_H
#else
#define TAILOR_WINOGRAD_OUTER_INL_H
#endif

#include "tailor/nn/kernels/common/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {

// Channels are multiples of 16.
struct OuterProducts {
  const float* g;
  const float* v;
  float* m;
  std::size_t out, in;
  int tiles;
};

// Summed from zero in registers, then added: shorter sums, smaller errors.
template <int outputs, int vectors>
HWY_NOINLINE void add_outer_block(const OuterProducts& a) {
  Vector sum[outputs][vectors];
  TAILOR_UNROLL
  for (int o = 0; o < outputs; ++o) {
    TAILOR_UNROLL
    for (int j = 0; j < vectors; ++j) sum[o][j] = hn::Zero(Floats());
  }
  const float* g = a.g;
  const float* v = a.v;
  for (int k = 0; k < a.tiles; ++k, g += a.out, v += a.in) {
    Vector x[vectors];
    TAILOR_UNROLL
    for (int j = 0; j < vectors; ++j) x[j] = load(v + j * vector_width);
    TAILOR_UNROLL
    for (int o = 0; o < outputs; ++o) {
      const Vector w = broadcast(g[o]);
      TAILOR_UNROLL
      for (int j = 0; j < vectors; ++j) sum[o][j] = hn::MulAdd(w, x[j], sum[o][j]);
    }
  }
  TAILOR_UNROLL
  for (int o = 0; o < outputs; ++o) {
    TAILOR_UNROLL
    for (int j = 0; j < vectors; ++j) {
      float* to = a.m + static_cast<std::size_t>(o) * a.in + j * vector_width;
      store(hn::Add(load(to), sum[o][j]), to);
    }
  }
}

template <int outputs, int vectors>
HWY_INLINE void take_outer_rows(OuterProducts& a, std::size_t& left) {
  for (; left >= outputs; left -= outputs) {
    add_outer_block<outputs, vectors>(a);
    a.g += outputs;
    a.m += outputs * a.in;
  }
}

template <int outputs, int vectors>
HWY_INLINE void add_outer_rows(OuterProducts a) {
  std::size_t left = a.out;
  take_outer_rows<outputs, vectors>(a, left);
  if constexpr (outputs > 8) take_outer_rows<8, vectors>(a, left);
  take_outer_rows<4, vectors>(a, left);
  take_outer_rows<2, vectors>(a, left);
}

#if HWY_CAP_GE512
// 16 inputs are one vector, and a broadcast for each product would be the limit. Fours of outputs instead, repeated over
// the vector, meet the inputs in their four rotations within fours: of the sums at (4q + r), lane l belongs to output
// 4q + l mod 4 and input 4 [l / 4] + (l + r) mod 4.
HWY_INLINE void add_outer_sixteen(const OuterProducts& a) {
  for (std::size_t first = 0; first < a.out; first += 16) {
    Vector sum[4][4];
    TAILOR_UNROLL
    for (int q = 0; q < 4; ++q) {
      TAILOR_UNROLL
      for (int r = 0; r < 4; ++r) sum[q][r] = hn::Zero(Floats());
    }
    const float* g = a.g + first;
    const float* v = a.v;
    for (int k = 0; k < a.tiles; ++k, g += a.out, v += 16) {
      Vector x[4];
      x[0] = load(v);
      x[1] = hn::Shuffle0321(x[0]);
      x[2] = hn::Shuffle1032(x[0]);
      x[3] = hn::Shuffle2103(x[0]);
      TAILOR_UNROLL
      for (int q = 0; q < 4; ++q) {
        const Vector w = hn::LoadDup128(Floats(), g + 4 * q);
        TAILOR_UNROLL
        for (int r = 0; r < 4; ++r) sum[q][r] = hn::MulAdd(w, x[r], sum[q][r]);
      }
    }
    TAILOR_UNROLL
    for (int q = 0; q < 4; ++q) {
      TAILOR_UNROLL
      for (int r = 0; r < 4; ++r) {
        float* to = a.m + (first + 4 * q + r) * 16;
        store(hn::Add(load(to), sum[q][r]), to);
      }
    }
  }
}
#endif

HWY_INLINE void add_outer_products(const OuterProducts& a) {
#if HWY_CAP_GE512
  if (a.in == 16) return add_outer_sixteen(a);
  constexpr int most = 4, rows = 6, half_rows = 12;
#else
  constexpr int most = 2, rows = 6, half_rows = 6;
#endif
  std::size_t i = 0;
  OuterProducts part = a;
  for (; i + most * vector_width <= a.in; i += most * vector_width) {
    part.v = a.v + i;
    part.m = a.m + i;
    add_outer_rows<rows, most>(part);
  }
  for (; i + 2 * vector_width <= a.in; i += 2 * vector_width) {
    part.v = a.v + i;
    part.m = a.m + i;
    add_outer_rows<half_rows, 2>(part);
  }
  for (; i < a.in; i += vector_width) {
    part.v = a.v + i;
    part.m = a.m + i;
    add_outer_rows<16, 1>(part);
  }
}

// Inputs [i, i + vector_width) of output o.
HWY_INLINE Vector load_outer_sums(const float* m, std::size_t in, std::size_t o, std::size_t i) {
#if HWY_CAP_GE512
  if (in == 16) {
    HWY_ALIGN float lanes[16];
    for (std::size_t c = 0; c < 16; ++c) {
      const std::size_t lane = c / 4 * 4 + o % 4, turn = (c % 4 + 4 - o % 4) % 4;
      lanes[c] = m[(o / 4 * 4 + turn) * 16 + lane];
    }
    return hn::Load(Floats(), lanes);
  }
#endif
  return load(m + o * in + i);
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_WINOGRAD_OUTER_INL_H
