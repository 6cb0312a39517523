// Layer normalisation (Ba et al.: "Layer Normalization", 2016) of values [rows][channels]: each row to zero
// mean and unit variance, then a scale and shift for each channel. A row is one place of an image, as in
// ConvNeXt, or a flat layer's values.
#pragma once

#include <cstddef>

namespace tailor::kernels {

// dst = (src - mean[r]) * inverse_deviation[r] * scale[c] + shift[c], where mean and
// inverse_deviation = 1 / sqrt(variance + epsilon) are of row r and written for backward. dst may be src.
void layer_norm_forward(const float* src, std::size_t rows, int channels, double epsilon, const float* scale,
                        const float* shift, float* dst, float* mean, float* inverse_deviation);

// The gradient of src, unless diff_src is null; it may be diff_dst. Adds the gradients of scale and shift to
// scale_sums and shift_sums [channels].
void layer_norm_backward(const float* src, const float* diff_dst, std::size_t rows, int channels,
                         const float* mean, const float* inverse_deviation, const float* scale,
                         float* diff_src, float* scale_sums, float* shift_sums);

namespace reference {

// The same in plain loops; Real is float or double, arithmetic is in double.
template <class Real>
void layer_norm_forward(const Real* src, std::size_t rows, int channels, double epsilon, const Real* scale,
                        const Real* shift, Real* dst, Real* mean, Real* inverse_deviation);
template <class Real>
void layer_norm_backward(const Real* src, const Real* diff_dst, std::size_t rows, int channels,
                         const Real* mean, const Real* inverse_deviation, const Real* scale, Real* diff_src,
                         Real* scale_sums, Real* shift_sums);

}  // namespace reference

}  // namespace tailor::kernels
