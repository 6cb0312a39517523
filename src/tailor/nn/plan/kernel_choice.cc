#include "tailor/nn/plan/kernel_choice.h"

#include "tailor/nn/kernels/bf16/bf16_conv.h"
#include "tailor/nn/kernels/common/dispatch.h"
#include "tailor/nn/kernels/convolution/first_conv.h"
#include "tailor/nn/kernels/winograd/winograd_conv.h"

namespace tailor {

bool first_convolution_pays(const kernels::ConvShape& shape) {
  // One input channel, and output channels that fill vectors.
  return kernels::first_conv_supports(shape) && shape.in_channels == 1 && shape.out_channels >= 16;
}

bool first_convolution_pays_forward(const kernels::ConvShape& shape) {
  // Colour images: going forward ours is faster, below AVX-512 with few outputs only; for the weights oneDNN is.
  const bool wide_vectors = kernels::vector_target_name().rfind("AVX3", 0) == 0;
  return kernels::first_conv_supports(shape) && shape.in_channels == 3 && shape.out_channels >= 16 &&
         (wide_vectors || shape.out_channels < 32);
}

bool winograd_pays(const kernels::ConvShape& shape) {
  if (!kernels::winograd_supports(shape)) return false;
  // Below 32 channels the transforms cost as much as the multiplications that they save: 32x32x16, a core of Zen 5, 128
  // images: forward 3.4 ms beside oneDNN's 3.7, gradients of input and weights 3.4 and 3.4 beside 2.7 and 2.7.
  if (shape.in_channels < 32 || shape.out_channels < 32) return false;
  // Transformed weights are four times as many, and worth it only if enough tiles meet them: 4x4x512, one tile an image,
  // forward 74 ms beside 39; 7x7x256, four tiles, 23 beside 31. A lane's sums of the weight gradient are as large.
  const int pairs = shape.in_channels * shape.out_channels;
  const int tiles = ((shape.out_height + 3) / 4) * ((shape.out_width + 3) / 4);
  return pairs <= 128 * 128 || (tiles >= 4 && pairs <= 256 * 512);
}

bool bf16_convolution_pays(const kernels::ConvShape& shape) {
  // Tiles are 32 inputs deep and 16 outputs wide; with half of one filled they still win.
  return kernels::bf16_conv_supports(shape) && shape.in_channels >= 16 && shape.out_channels >= 16;
}

bool bf16_dense_pays(const Shape& input, int outputs) { return input.size() >= 256 && outputs >= 32; }

}  // namespace tailor
