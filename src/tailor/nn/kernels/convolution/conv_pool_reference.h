// Convolution + bias + ReLU + 2x2 max-pool and their gradients in plain loops, one image: what the fast
// kernels are compared with. Any kernel size, stride and padding, undivided and
// undilated; activations NHWC, weights OHWI; sums in
// double.
#pragma once

#include <cstdint>

#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels::reference {

// y[out_height][out_width][out_channels]; `bias` may be null.
void conv_relu_forward(const ConvShape& shape, const float* x, const float* weights, const float* bias,
                       bool relu, float* y);

// y, argmax [out_height / 2][out_width / 2][out_channels]: the maximum after ReLU, and which of the window's
// four elements it is (2 row + column; the first of equals; NaN counts as the largest, the last NaN wins).
void conv_relu_pool_forward(const ConvShape& shape, const float* x, const float* weights, const float* bias,
                            float* y, std::uint8_t* argmax);

// dw[out][kernel_height][kernel_width][in] and db[out] += the gradients from the pooled gradient, which must
// already be zero where ReLU was.
void conv_pool_weight_gradient(const ConvShape& shape, const float* x, const float* pooled_gradient,
                               const std::uint8_t* argmax, float* dw, float* db);

// Overwrites dx[in_height][in_width][in_channels].
void conv_pool_data_gradient(const ConvShape& shape, const float* weights, const float* pooled_gradient,
                             const std::uint8_t* argmax, float* dx);

// dw, db += the gradients from dy [out_height][out_width][out_channels]; with y given, only where not y <= 0
// (ReLU).
void conv_relu_weight_gradient(const ConvShape& shape, const float* x, const float* y, const float* dy,
                               float* dw, float* db);

}  // namespace tailor::kernels::reference
