// Which of the kernels that can compute a layer is the fastest: from shapes, the processor's vectors and the
// values' zeros alone, never from a clock. Measured with benchmarks/kernels_*.cc.
#pragma once

#include "tailor/base/shape.h"
#include "tailor/nn/kernels/common/shapes.h"

namespace tailor {

// The network's first layer, by the kernel for few input channels: forward and its weights' gradient.
bool first_convolution_pays(const kernels::ConvShape& shape);
// The same kernel forward only; the gradients are oneDNN's.
bool first_convolution_pays_forward(const kernels::ConvShape& shape);
bool winograd_pays(const kernels::ConvShape& shape);
// On matrix tiles, where the processor has them.
bool bf16_convolution_pays(const kernels::ConvShape& shape);
bool bf16_dense_pays(const Shape& input, int outputs);

// A dense layer computes with the values that are not zero where fewer than this share are (Zen 5, 128 outputs).
inline constexpr double sparse_dense_pays_below = 0.6;

}  // namespace tailor
