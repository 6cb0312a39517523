// Convolution in plain loops, any shape, one image: what the fast convolutions are
// compared with and whose derivatives are checked numerically. Nothing else calls it.
#pragma once

#include <type_traits>

#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels::reference {

// Real is float or double; sums are in double. Activations are NHWC, weights OHWI (shapes.h); zeros pad the
// image. dst[y][x][o] = bias[o] + the sum that shapes.h states. `bias` may be null.
template <class Real>
void conv_forward(const ConvShape& shape, const Real* src, const Real* weights,
                  const std::type_identity_t<Real>* bias, Real* dst);

// The gradient of the image; overwrites diff_src.
template <class Real>
void conv_backward_data(const ConvShape& shape, const Real* diff_dst, const Real* weights, Real* diff_src);

// The gradients of weights and bias from this one image; overwrite. `diff_bias` may be null.
template <class Real>
void conv_backward_weights(const ConvShape& shape, const Real* src, const Real* diff_dst, Real* diff_weights,
                           std::type_identity_t<Real>* diff_bias);

}  // namespace tailor::kernels::reference
