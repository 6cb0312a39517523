// The matrix product at one Winograd position, M [tiles][out] = V [tiles][in] x U [in][out], with a block of
// tiles by vectors of output channels in registers. Included once for each instruction set by
// winograd_conv.cc.
#if defined(TAILOR_WINOGRAD_GEMM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_WINOGRAD_GEMM_INL_H
#undef TAILOR_WINOGRAD_GEMM_INL_H
#else
#define TAILOR_WINOGRAD_GEMM_INL_H
#endif

#include "tailor/nn/kernels/common/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {

// 6 x 4 + 4 + 1 of 32 registers, or 6 x 2 + 2 + 1 of 16.
constexpr int gemm_tiles = 6;
constexpr int gemm_vectors = HWY_CAP_GE512 ? 4 : 2;

struct Matrix {
  const float* v;
  const float* u;
  float* m;
  std::size_t v_row, u_row, m_row;
  int depth;
};

template <int tiles, int vectors>
HWY_NOINLINE void multiply_block(const Matrix& a) {
  Vector sum[tiles][vectors];
  TAILOR_UNROLL
  for (int t = 0; t < tiles; ++t) {
    TAILOR_UNROLL
    for (int j = 0; j < vectors; ++j) sum[t][j] = hn::Zero(Floats());
  }
  const float* u = a.u;
  for (int k = 0; k < a.depth; ++k, u += a.u_row) {
    Vector w[vectors];
    TAILOR_UNROLL
    for (int j = 0; j < vectors; ++j) w[j] = load(u + j * vector_width);
    TAILOR_UNROLL
    for (int t = 0; t < tiles; ++t) {
      const Vector x = broadcast(a.v[static_cast<std::size_t>(t) * a.v_row + static_cast<std::size_t>(k)]);
      TAILOR_UNROLL
      for (int j = 0; j < vectors; ++j) sum[t][j] = hn::MulAdd(x, w[j], sum[t][j]);
    }
  }
  TAILOR_UNROLL
  for (int t = 0; t < tiles; ++t) {
    TAILOR_UNROLL
    for (int j = 0; j < vectors; ++j)
      store(sum[t][j], a.m + static_cast<std::size_t>(t) * a.m_row + j * vector_width);
  }
}

template <int vectors>
HWY_INLINE void multiply_tiles(Matrix a, int tiles) {
  for (; tiles >= gemm_tiles; tiles -= gemm_tiles) {
    multiply_block<gemm_tiles, vectors>(a);
    a.v += gemm_tiles * a.v_row;
    a.m += gemm_tiles * a.m_row;
  }
  switch (tiles) {
    case 5:
      return multiply_block<5, vectors>(a);
    case 4:
      return multiply_block<4, vectors>(a);
    case 3:
      return multiply_block<3, vectors>(a);
    case 2:
      return multiply_block<2, vectors>(a);
    case 1:
      return multiply_block<1, vectors>(a);
    default:
      return;
  }
}

// `channels` is a multiple of `vector_width`.
HWY_INLINE void multiply(Matrix a, int tiles, int channels) {
  int vectors = channels / vector_width;
  for (; vectors >= gemm_vectors; vectors -= gemm_vectors) {
    multiply_tiles<gemm_vectors>(a, tiles);
    a.u += gemm_vectors * vector_width;
    a.m += gemm_vectors * vector_width;
  }
  switch (vectors) {
    case 3:
      return multiply_tiles < gemm_vectors == 4 ? 3 : 1 > (a, tiles);
    case 2:
      return multiply_tiles < gemm_vectors == 4 ? 2 : 1 > (a, tiles);
    case 1:
      return multiply_tiles<1>(a, tiles);
    default:
      return;
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_WINOGRAD_GEMM_INL_H
