// Pooling of one image, NHWC. Windows are clipped at the image's border: padding never wins a maximum and is
// not counted in an average.
#pragma once

#include <cstdint>

#include "tailor/nn/kernels/shapes.h"

namespace tailor::kernels {

// argmax [out_height][out_width][channels] is the winner's place in the window, row * kernel_width + column,
// counted in the unclipped window; so a window has at most 256 places. The first of equal values wins, NaN
// wins over numbers.
void max_pool_forward(const PoolShape& shape, const float* src, float* dst, std::uint8_t* argmax);
// Gives each gradient to its winner; overwrites diff_src.
void max_pool_backward(const PoolShape& shape, const float* diff_dst, const std::uint8_t* argmax,
                       float* diff_src);

void average_pool_forward(const PoolShape& shape, const float* src, float* dst);
void average_pool_backward(const PoolShape& shape, const float* diff_dst, float* diff_src);

// dst[c] = mean over rows = height * width of src[row][c].
void global_average_forward(int rows, int channels, const float* src, float* dst);
void global_average_backward(int rows, int channels, const float* diff_dst, float* diff_src);

namespace reference {

// The same in plain loops; Real is float or double, sums are in double.
template <class Real>
void max_pool_forward(const PoolShape& shape, const Real* src, Real* dst, std::uint8_t* argmax);
template <class Real>
void max_pool_backward(const PoolShape& shape, const Real* diff_dst, const std::uint8_t* argmax,
                       Real* diff_src);
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
