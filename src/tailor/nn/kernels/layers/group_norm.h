// Group normalisation (Wu & He: "Group Normalization", 2018) of one image's values [positions][channels]:
// each of `groups` equal groups of neighbouring channels to zero mean and unit variance, then a scale and
// shift for each channel.
#pragma once

#include <cstddef>

namespace tailor::kernels {

// Room that forward and backward need beside their arguments, in doubles.
std::size_t group_norm_scratch(int channels);

// dst = (src - mean[c]) * inverse_deviation[c] * scale[c] + shift[c], where mean and
// inverse_deviation = 1 / sqrt(variance + epsilon) are of the channel's group and written for backward. dst
// may be src.
void group_norm_forward(const float* src, std::size_t positions, int channels, int groups, double epsilon,
                        const float* scale, const float* shift, float* dst, float* mean,
                        float* inverse_deviation, double* scratch);

// The gradient of src, unless diff_src is null; it may be diff_dst. Adds the gradients of scale and shift to
// scale_sums and shift_sums [channels].
void group_norm_backward(const float* src, const float* diff_dst, std::size_t positions, int channels,
                         int groups, const float* mean, const float* inverse_deviation, const float* scale,
                         float* diff_src, float* scale_sums, float* shift_sums, double* scratch);

namespace reference {

// The same in plain loops; Real is float or double, arithmetic is in double.
template <class Real>
void group_norm_forward(const Real* src, std::size_t positions, int channels, int groups, double epsilon,
                        const Real* scale, const Real* shift, Real* dst, Real* mean, Real* inverse_deviation);
template <class Real>
void group_norm_backward(const Real* src, const Real* diff_dst, std::size_t positions, int channels,
                         int groups, const Real* mean, const Real* inverse_deviation, const Real* scale,
                         Real* diff_src, Real* scale_sums, Real* shift_sums);

}  // namespace reference

}  // namespace tailor::kernels
