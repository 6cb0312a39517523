// Convolutions k x k of stride 1 with operands rounded to bf16 and sums in float, on the processor's matrix
// tiles; only where bf16_supported(). The arithmetic is the direct method's, all of it: what zeros and
// Winograd's transforms save costs more than it is worth on tiles. One image per call.
//
//   bf16_round_image(shape, x, map);
//   bf16_forward_pool(shape, map, packed, bias, y, argmax);
//
//   bf16_spread_pooled_gradient(shape, dy, y, argmax, gradient_map, pairs, db);
//   bf16_round_image(shape, x, map), bf16_transpose_map(shape, map, transposed);
//   bf16_weight_gradient(shape, transposed, pairs, sums);
//   bf16_forward(data_gradient_shape(shape), gradient_map, packed_flipped, nullptr, false, dx);
//
// Activations are NHWC, weights OHWI (shapes.h), any number of channels, any size. NaN in an operand reaches
// every result that depends on it. All buffers are the caller's, aligned to 64 bytes; nothing is allocated
// and nothing is kept between calls.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tailor/nn/kernels/bf16/bf16.h"
#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

// Whether these functions can compute this shape: square filters, plain().
bool bf16_conv_supports(const ConvShape& shape);

// ---- weights, once after each change: [taps][in / 32][out / 16][16 pairs of inputs][16][2]

std::size_t bf16_weights_size(const ConvShape& shape);  // of Bf16, as all sizes but the sums'
void bf16_pack_weights(const ConvShape& shape, const float* weights, Bf16* packed);
// For data_gradient_shape(shape), whose bf16_weights_size they have.
void bf16_pack_flipped_weights(const ConvShape& shape, const float* weights, Bf16* packed);

// ---- forward

// An image with its border of zeros: [in_height + 2 padding][width, made even][in_channels, rounded up to
// 32].
std::size_t bf16_map_size(const ConvShape& shape);
void bf16_round_image(const ConvShape& shape, const float* x, Bf16* map);

// y [out_height][out_width][out] = (ReLU of) the convolution plus bias (null: none).
void bf16_forward(const ConvShape& shape, const Bf16* map, const Bf16* packed, const float* bias, bool relu,
                  float* y);

// y, argmax [out_height / 2][out_width / 2][out]: 2x2 max-pool of ReLU of the convolution plus bias, as
// winograd_forward_pool has them, without dropout.
void bf16_forward_pool(const ConvShape& shape, const Bf16* map, const Bf16* packed, const float* bias,
                       float* y, std::uint8_t* argmax);

// ---- backward

// The output's gradient in the two orders that the passes want: `map`, the image of data_gradient_shape
// (null: not wanted), and `pairs` [out / 16][pairs of pixels][16][2].
std::size_t bf16_pairs_size(const ConvShape& shape);

// dy, y [out_height][out_width][out]; where y is not positive the gradient counts as zero (ReLU; y may be
// null). db [out] += its sums (null: none).
void bf16_spread_gradient(const ConvShape& shape, const float* dy, const float* y, Bf16* map, Bf16* pairs,
                          float* db);
// The same for dy, y and argmax of bf16_forward_pool.
void bf16_spread_pooled_gradient(const ConvShape& shape, const float* dy, const float* y,
                                 const std::uint8_t* argmax, Bf16* map, Bf16* pairs, float* db);

// A map by channels: [in_channels rounded up to 32][pixels].
std::size_t bf16_transposed_size(const ConvShape& shape);
void bf16_transpose_map(const ConvShape& shape, const Bf16* map, Bf16* transposed);

// Sums in the order of tiles, floats: [taps][in / 16][out / 16][16][16]. Added to.
std::size_t bf16_sums_floats(const ConvShape& shape);
void bf16_weight_gradient(const ConvShape& shape, const Bf16* transposed, const Bf16* pairs, float* sums);
// Overwrites dw [out][kernel_height][kernel_width][in].
void bf16_unpack_gradient(const ConvShape& shape, const float* sums, float* dw);

}  // namespace tailor::kernels
