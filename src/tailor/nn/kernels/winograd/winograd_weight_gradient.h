// The weight gradient of a convolution 3x3, stride 1, padding 0 or 1, by Winograd's F(3x3, 4x4): the 3x3 taps are the
// outputs, a 4x4 tile of the output's gradient the filter, and the six points and the input transform those of the
// forward F(4x4, 3x3) (winograd_conv.h). 36 products for each pair of channels and tile instead of 144. Products of all
// tiles and images are summed in the transformed domain, [36][out][in] (both channels rounded up to 16), and turned
// back once.
//
// Activations are NHWC, weights OHWI (shapes.h). Scratch and sums are plain floats from the caller, best aligned to 64
// bytes; nothing is kept between calls. The order of additions depends on how images are divided among calls and on the
// instruction set, on nothing else.
#pragma once

#include <cstddef>

#include "tailor/nn/kernels/common/shapes.h"

namespace tailor::kernels {

// Floats of the sums in the transformed domain.
std::size_t winograd_gradient_sum_floats(const ConvShape& shape);
// Floats of scratch for one call; each thread needs its own.
std::size_t winograd_gradient_scratch_floats(const ConvShape& shape);

// Adds what the images x [images][in_height][in_width][in] and dy [images][out_height][out_width][out] give to `sum`.
// The shape is one that winograd_supports.
void winograd_gradient_add(const ConvShape& shape, int images, const float* x, const float* dy, float* sum,
                           float* scratch);

// `sum`, of one call or several added up, to diff_weights [out][3][3][in], which is overwritten.
void winograd_gradient_finish(const ConvShape& shape, const float* sum, float* diff_weights);

}  // namespace tailor::kernels
