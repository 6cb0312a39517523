// Convolution 3x3, stride 1, padding 0 or 1 by Winograd's F(4x4, 3x3) (Lavin & Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2015): 2.25 multiplications per output and input channel instead of 9, with
// bias, ReLU and 2x2 max-pool applied while a tile is in registers. Tiles of several images are multiplied together, so
// that the transformed weights are read once for many; the bits do not depend on how many. The caller divides images
// among threads.
//
// Activations are NHWC, weights OHWI (shapes.h), any number of channels, any size. NaN in an input or a
// weight reaches every output that depends on it (and may reach others of the same 4x4 tile). Scratch and
// transformed weights are plain floats from the caller, best aligned to 64 bytes; nothing is allocated and
// nothing is kept between calls.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tailor/nn/kernels/common/shapes.h"
#include "tailor/nn/kernels/layers/dropout.h"

namespace tailor::kernels {

// Whether these functions can compute this shape.
bool winograd_supports(const ConvShape& shape);

// Floats needed for the transformed weights: [36][in][out rounded up to 16].
std::size_t winograd_weight_floats(const ConvShape& shape);
// Floats of scratch for one call with at most so many images; each thread needs its own.
std::size_t winograd_scratch_floats(const ConvShape& shape, int images);

// `weights` [out][3][3][in] to `transformed`; once after each change of the weights.
void winograd_transform_weights(const ConvShape& shape, const float* weights, float* transformed);

// y [images][out_height][out_width][out] = (ReLU of) the convolution of x [images][in_height][in_width][in] plus
// bias (null: none).
void winograd_forward(const ConvShape& shape, int images, const float* x, const float* transformed,
                      const float* bias, bool relu, float* y, float* scratch);

// One image: y, argmax [out_height / 2][out_width / 2][out]: 2x2 max-pool of ReLU of the convolution plus bias. argmax
// (0..3: 2 row + column) is the first largest convolution of the window; where it is not positive y is 0 and
// the gradient must be zero. An odd last row or column takes no part. What `mask` drops of y is zero, the
// rest scaled (dropout.h).
void winograd_forward_pool(const ConvShape& shape, const float* x, const float* transformed,
                           const float* bias, const DropoutMask& mask, float* y, std::uint8_t* argmax,
                           float* scratch);

}  // namespace tailor::kernels
