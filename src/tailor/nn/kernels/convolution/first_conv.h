// Convolution of an image of few channels (grey, RGB), stride 1, any kernel and padding, with bias and ReLU:
// vectors of output channels, because the input channels would not fill one. Forward and the gradient of the
// weights; a network's first layer needs no data gradient. One image per call.
//
// Activations are NHWC, weights OHWI (shapes.h), any number of channels, any size. NaN passes. Scratch and
// packed weights are plain floats from the caller, best aligned to 64 bytes; nothing is allocated and nothing
// is kept between calls.
#pragma once

#include <cstddef>

#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

// Whether these functions can compute this shape.
bool first_conv_supports(const ConvShape& shape);

// Floats needed for the packed weights: [kernel_height][kernel_width][in][out rounded up to 16].
std::size_t first_conv_weight_floats(const ConvShape& shape);
// Floats of scratch for one call; each thread needs its own.
std::size_t first_conv_scratch_floats(const ConvShape& shape);

// `weights` [out][kernel_height][kernel_width][in] to `packed`; once after each change of the weights.
void first_conv_pack_weights(const ConvShape& shape, const float* weights, float* packed);

// y [out_height][out_width][out] = (ReLU of) the convolution of x [in_height][in_width][in] plus bias (null:
// none).
void first_conv_forward(const ConvShape& shape, const float* x, const float* packed, const float* bias,
                        bool relu, float* y, float* scratch);

// dw [out][kernel_height][kernel_width][in] and db [out] (may be null) += this image's gradients from dy
// [out_height][out_width][out]; where y <= 0 dy counts as zero (ReLU; y null: nowhere).
void first_conv_weight_gradient(const ConvShape& shape, const float* x, const float* y, const float* dy,
                                float* dw, float* db, float* scratch);

}  // namespace tailor::kernels
