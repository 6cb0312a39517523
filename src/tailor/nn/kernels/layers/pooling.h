// Pooling of one image, NHWC. Windows are clipped at the image's border: padding never wins a maximum and is
// counted in an average only with count_padding, where it lies within the shape's padding.
#pragma once

#include <cstdint>

#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

// Whether each place in a window can be told by a byte; wider windows need 32 bits.
inline bool places_fit_byte(const PoolShape& shape) {
  return shape.kernel_height * shape.kernel_width <= 256;
}

// argmax [out_height][out_width][channels] is the winner's place in the window, row * kernel_width + column,
// counted in the unclipped window: std::uint8_t where that fits, else std::int32_t. The first of equal values
// wins, NaN wins over numbers.
template <class Argmax>
void max_pool_forward(const PoolShape& shape, const float* src, float* dst, Argmax* argmax);
// Gives each gradient to its winner; overwrites diff_src.
template <class Argmax>
void max_pool_backward(const PoolShape& shape, const float* diff_dst, const Argmax* argmax, float* diff_src);

void average_pool_forward(const PoolShape& shape, const float* src, float* dst);
void average_pool_backward(const PoolShape& shape, const float* diff_dst, float* diff_src);

// dst[c] = mean over rows = height * width of src[row][c].
void global_average_forward(int rows, int channels, const float* src, float* dst);
void global_average_backward(int rows, int channels, const float* diff_dst, float* diff_src);

namespace reference {

// The same in plain loops; Real is float or double, sums are in double.
template <class Real, class Argmax>
void max_pool_forward(const PoolShape& shape, const Real* src, Real* dst, Argmax* argmax);
template <class Real, class Argmax>
void max_pool_backward(const PoolShape& shape, const Real* diff_dst, const Argmax* argmax, Real* diff_src);
template <class Real>
void average_pool_forward(const PoolShape& shape, const Real* src, Real* dst);
template <class Real>
void average_pool_backward(const PoolShape& shape, const Real* diff_dst, Real* diff_src);
template <class Real>
void global_average_forward(int rows, int channels, const Real* src, Real* dst);
template <class Real>
void global_average_backward(int rows, int channels, const Real* diff_dst, Real* diff_src);

}  // namespace reference

}  // namespace tailor::kernels
