// The transforms of F(4x4, 3x3) and of F(3x3, 4x4) in registers, points 0, 1, -1, 2, -2 and infinity; both have the same
// input transform. Included once for each instruction set by the kernels of this folder.
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

// G of F(3, 4) without its divisors 4, -6, -6, 24, 24 and 1, which are in the inverse: 4 gradients to 6.
HWY_INLINE void transform_gradient(const Vector (&g)[4], Vector (&to)[6]) {
  const Vector two = broadcast(2), four = broadcast(4);
  const Vector even = hn::Add(g[0], g[2]), odd = hn::Add(g[1], g[3]);
  const Vector far_even = hn::MulAdd(four, g[2], g[0]), far_odd = hn::MulAdd(four, g[3], g[1]);
  to[0] = g[0];
  to[1] = hn::Add(even, odd);
  to[2] = hn::Sub(even, odd);
  to[3] = hn::MulAdd(two, far_odd, far_even);
  to[4] = hn::NegMulAdd(two, far_odd, far_even);
  to[5] = g[3];
}

// Transposed A of F(3, 4), with the divisors: 6 sums to 3 taps.
HWY_INLINE void transform_gradient_sum(const Vector (&m)[6], Vector (&to)[3]) {
  const Vector sixth = broadcast(-1 / 6.0f);
  const Vector a = hn::Mul(sixth, hn::Add(m[1], m[2])), b = hn::Mul(sixth, hn::Sub(m[1], m[2]));
  const Vector c = hn::Add(m[3], m[4]), e = hn::Sub(m[3], m[4]);
  to[0] = hn::MulAdd(broadcast(0.25f), m[0], hn::MulAdd(broadcast(1 / 24.0f), c, a));
  to[1] = hn::MulAdd(broadcast(1 / 12.0f), e, b);
  to[2] = hn::Add(hn::MulAdd(broadcast(1 / 6.0f), c, a), m[5]);
}

// Columns, then rows, of a square of `size` x `size` pixels to 6x6 positions: `to` has 36 vectors at distances of
// `position` floats. `from` is the square's first element; `transform` takes `size` vectors to 6.
template <std::size_t size, class Transform>
HWY_INLINE void transform_to_positions(const float* from, std::size_t row, std::size_t column, float* to,
                                       std::size_t position, const Transform& transform) {
  Vector half[6][size];
  TAILOR_UNROLL
  for (std::size_t c = 0; c < size; ++c) {
    Vector d[size], t[6];
    TAILOR_UNROLL
    for (std::size_t r = 0; r < size; ++r) d[r] = load(from + r * row + c * column);
    transform(d, t);
    TAILOR_UNROLL
    for (std::size_t r = 0; r < 6; ++r) half[r][c] = t[r];
  }
  TAILOR_UNROLL
  for (std::size_t r = 0; r < 6; ++r) {
    Vector t[6];
    transform(half[r], t);
    TAILOR_UNROLL
    for (std::size_t c = 0; c < 6; ++c) store(t[c], to + (r * 6 + c) * position);
  }
}

HWY_INLINE void transform_input_tile(const float* x, std::size_t row, std::size_t column, float* to,
                                     std::size_t position) {
  transform_to_positions<6>(x, row, column, to, position,
                            [](const Vector(&d)[6], Vector(&t)[6]) HWY_ATTR { transform_input(d, t); });
}

HWY_INLINE void transform_gradient_tile(const float* g, std::size_t row, std::size_t column, float* to,
                                        std::size_t position) {
  transform_to_positions<4>(g, row, column, to, position,
                            [](const Vector(&d)[4], Vector(&t)[6]) HWY_ATTR { transform_gradient(d, t); });
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

// `sums(p)` gives a vector of position p.
template <class Sums>
HWY_INLINE void transform_gradient_sums(const Sums& sums, Vector (&taps)[3][3]) {
  Vector half[3][6];
  for (std::size_t c = 0; c < 6; ++c) {
    Vector d[6], t[3];
    for (std::size_t r = 0; r < 6; ++r) d[r] = sums(r * 6 + c);
    transform_gradient_sum(d, t);
    for (std::size_t r = 0; r < 3; ++r) half[r][c] = t[r];
  }
  for (std::size_t r = 0; r < 3; ++r) transform_gradient_sum(half[r], taps[r]);
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
