// The three transforms of F(4x4, 3x3) in registers, points 0, 1, -1, 2, -2 and infinity. Included once for
// each instruction set by winograd_conv.cc.
#if defined(TAILOR_WINOGRAD_TRANSFORMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TAILOR_WINOGRAD_TRANSFORMS_INL_H
#undef TAILOR_WINOGRAD_TRANSFORMS_INL_H
#else
#define TAILOR_WINOGRAD_TRANSFORMS_INL_H
#endif

#include "tailor/nn/kernels/common/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tailor::kernels::HWY_NAMESPACE {

// Transposed B: 6 inputs to 6.
HWY_INLINE void transform_input(const Vector (&d)[6], Vector (&to)[6]) {
  const Vector two = broadcast(2), four = broadcast(4), five = broadcast(5);
  const Vector a = hn::NegMulAdd(four, d[2], d[4]), b = hn::NegMulAdd(four, d[1], d[3]);
  const Vector c = hn::Sub(d[4], d[2]), e = hn::Sub(d[3], d[1]);
  to[0] = hn::NegMulAdd(five, d[2], hn::MulAdd(four, d[0], d[4]));
  to[1] = hn::Add(a, b);
  to[2] = hn::Sub(a, b);
  to[3] = hn::MulAdd(two, e, c);
  to[4] = hn::NegMulAdd(two, e, c);
  to[5] = hn::NegMulAdd(five, d[3], hn::MulAdd(four, d[1], d[5]));
}

// Transposed A: 6 products to 4 outputs.
HWY_INLINE void transform_output(const Vector (&m)[6], Vector (&to)[4]) {
  const Vector two = broadcast(2), four = broadcast(4), eight = broadcast(8);
  const Vector a = hn::Add(m[1], m[2]), b = hn::Sub(m[1], m[2]);
  const Vector c = hn::Add(m[3], m[4]), e = hn::Sub(m[3], m[4]);
  to[0] = hn::Add(m[0], hn::Add(a, c));
  to[1] = hn::MulAdd(two, e, b);
  to[2] = hn::MulAdd(four, c, a);
  to[3] = hn::Add(hn::MulAdd(eight, e, b), m[5]);
}

// G: 3 weights to 6.
HWY_INLINE void transform_weights(const Vector (&g)[3], Vector (&to)[6]) {
  const Vector outer = hn::Mul(broadcast(1 / 24.0f), g[0]), inner = hn::Mul(broadcast(-1 / 6.0f), g[0]);
  const Vector a = hn::MulAdd(broadcast(-1 / 6.0f), g[2], inner),
               b = hn::MulAdd(broadcast(1 / 6.0f), g[2], outer);
  to[0] = hn::Mul(broadcast(0.25f), g[0]);
  to[1] = hn::NegMulAdd(broadcast(1 / 6.0f), g[1], a);
  to[2] = hn::MulAdd(broadcast(1 / 6.0f), g[1], a);
  to[3] = hn::MulAdd(broadcast(1 / 12.0f), g[1], b);
  to[4] = hn::NegMulAdd(broadcast(1 / 12.0f), g[1], b);
  to[5] = g[2];
}

// Rows, then columns: `to` has 36 vectors at distances of `position` floats. x is the 6x6 patch's first
// element.
HWY_INLINE void transform_input_tile(const float* x, std::size_t row, std::size_t column, float* to,
                                     std::size_t position) {
  Vector half[6][6];
  TAILOR_UNROLL
  for (std::size_t c = 0; c < 6; ++c) {
    Vector d[6], t[6];
    TAILOR_UNROLL
    for (std::size_t r = 0; r < 6; ++r) d[r] = load(x + r * row + c * column);
    transform_input(d, t);
    TAILOR_UNROLL
    for (std::size_t r = 0; r < 6; ++r) half[r][c] = t[r];
  }
  TAILOR_UNROLL
  for (std::size_t r = 0; r < 6; ++r) {
    Vector t[6];
    transform_input(half[r], t);
    TAILOR_UNROLL
    for (std::size_t c = 0; c < 6; ++c) store(t[c], to + (r * 6 + c) * position);
  }
}

HWY_INLINE void transform_output_tile(const float* m, std::size_t position, Vector (&out)[4][4]) {
  Vector half[4][6];
  TAILOR_UNROLL
  for (std::size_t c = 0; c < 6; ++c) {
    Vector d[6], t[4];
    TAILOR_UNROLL
    for (std::size_t r = 0; r < 6; ++r) d[r] = load(m + (r * 6 + c) * position);
    transform_output(d, t);
    TAILOR_UNROLL
    for (std::size_t r = 0; r < 4; ++r) half[r][c] = t[r];
  }
  TAILOR_UNROLL
  for (std::size_t r = 0; r < 4; ++r) transform_output(half[r], out[r]);
}

// g holds the 9 taps of `vector_width` output channels.
HWY_INLINE void transform_weight_tile(const Vector (&g)[3][3], float* to, std::size_t position) {
  Vector half[3][6];
  TAILOR_UNROLL
  for (int r = 0; r < 3; ++r) transform_weights(g[r], half[r]);
  TAILOR_UNROLL
  for (std::size_t c = 0; c < 6; ++c) {
    const Vector column[3] = {half[0][c], half[1][c], half[2][c]};
    Vector t[6];
    transform_weights(column, t);
    TAILOR_UNROLL
    for (std::size_t r = 0; r < 6; ++r) store(t[r], to + (r * 6 + c) * position);
  }
}

}  // namespace tailor::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TAILOR_WINOGRAD_TRANSFORMS_INL_H
