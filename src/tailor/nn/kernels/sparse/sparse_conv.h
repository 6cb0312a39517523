// Backward pass of convolution 3x3 (stride 1, padding 0 or 1) -> bias -> ReLU -> 2x2 max-pool from the
// non-zero pooled gradients only: at most a quarter of the convolution's outputs receive one, and ReLU and
// dropout silence most of those. Exact: the same sums as the dense gradient without its zero terms. One image
// per call.
//
//   SparseGradient g = sparse_scan(shape, pooled_gradient, scale, y, argmax, scratch);
//   sparse_weight_gradient(shape, x, g, dw, db);
//   sparse_data_gradient(shape, packed_weights, g, dx);
//
// Activations are NHWC, weights OHWI (shapes.h), any number of channels, any size. A NaN in the gradient, in
// x under a non-zero gradient or in a weight under one reaches every result that depends on it. Scratch is
// plain floats from the caller, aligned to 8 bytes, best to 64; nothing is allocated and nothing is kept
// between calls.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

// Where a pooled gradient is not zero. Points into the scratch and to the gradient that it was made from, and
// is valid as long as none of them changes.
struct SparseGradient {
  int count;  // non-zeros, of (out_height / 2) (out_width / 2) out_channels: count / that is the density
  const std::uint64_t*
      masks;  // [pooled pixels][place in the window, 0..3][out / 64]: a bit for each output channel
  const float* gradient;       // [pooled pixels][out], as given
  float scale;                 // what it is still to be multiplied with
  const std::uint8_t* argmax;  // the same
  float* work;                 // the rest of the scratch
};

// Whether these functions can compute this shape.
bool sparse_supports(const ConvShape& shape);

// Floats of scratch for one image; each thread needs its own.
std::size_t sparse_scratch_floats(const ConvShape& shape);
// Floats needed for the weights as the data gradient reads them: [in / 16][out][9][16], `in` rounded up.
std::size_t sparse_weight_floats(const ConvShape& shape);

// `weights` [out][3][3][in] to `packed`; once after each change of the weights.
void sparse_pack_weights(const ConvShape& shape, const float* weights, float* packed);

// pooled_gradient, y, argmax [out_height / 2][out_width / 2][out_channels] as winograd_forward_pool orders
// them. Where y <= 0 the gradient counts as zero (ReLU); y may be null if that has been done. The gradients
// will be of `scale` times the pooled gradient, as dropout wants it.
SparseGradient sparse_scan(const ConvShape& shape, const float* pooled_gradient, float scale, const float* y,
                           const std::uint8_t* argmax, float* scratch);

// dw [out][3][3][in] and db [out] += this image's gradients; x [in_height][in_width][in]. db may be null.
void sparse_weight_gradient(const ConvShape& shape, const float* x, const SparseGradient& gradient, float* dw,
                            float* db);

// Overwrites dx [in_height][in_width][in].
void sparse_data_gradient(const ConvShape& shape, const float* packed, const SparseGradient& gradient,
                          float* dx);

}  // namespace tailor::kernels
