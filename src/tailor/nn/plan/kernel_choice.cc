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
  // Below this the transforms cost more than the multiplications that they save.
  return kernels::winograd_supports(shape) && shape.in_channels >= 32 && shape.out_channels >= 32;
}

bool bf16_convolution_pays(const kernels::ConvShape& shape) {
  // Tiles are 32 inputs deep and 16 outputs wide; with half of one filled they still win.
  return kernels::bf16_conv_supports(shape) && shape.in_channels >= 16 && shape.out_channels >= 16;
}

bool bf16_dense_pays(const Shape& input, int outputs) { return input.size() >= 256 && outputs >= 32; }

}  // namespace tailor
