// Batch normalisation (Ioffe & Szegedy: "Batch Normalization", 2015) of values [rows][channels], where rows
// is batch * height * width. Every function works on a sub-range of rows too; the caller adds the ranges'
// sums in a fixed order and keeps mean, deviation and running statistics.
#pragma once

#include <cstddef>

namespace tailor::kernels {

// sums[c] = sum over rows of src[row][c]; overwrites.
void channel_sums(const float* src, std::size_t rows, int channels, double* sums);
// sums[c] = sum over rows of (src[row][c] - mean[c])^2; overwrites. The variance is their total / all rows.
void channel_centered_squares(const float* src, const float* mean, std::size_t rows, int channels,
                              double* sums);

// dst = (src - mean) * inverse_deviation * scale + shift, for each channel; then max(dst, 0) if `relu` (NaN
// stays). The inverse deviation is 1 / sqrt(variance + epsilon). dst may be src.
void batch_norm_apply(const float* src, std::size_t rows, int channels, const float* mean,
                      const float* inverse_deviation, const float* scale, const float* shift, bool relu,
                      float* dst);

// Sums over rows of dy and of dy * (src - mean) * inverse_deviation: the gradients of shift and scale;
// overwrite. dy is diff_dst, or, with the forward pass's `dst` of a fused ReLU given (else null), 0 where dst
// <= 0.
void batch_norm_backward_sums(const float* src, const float* diff_dst, const float* dst, std::size_t rows,
                              int channels, const float* mean, const float* inverse_deviation, double* sum_dy,
                              double* sum_dy_xhat);

// The gradient of src. The sums are the totals over all of the batch's total_rows rows. diff_src may be
// diff_dst.
void batch_norm_backward_data(const float* src, const float* diff_dst, const float* dst, std::size_t rows,
                              int channels, const float* mean, const float* inverse_deviation,
                              const float* scale, const double* sum_dy, const double* sum_dy_xhat,
                              std::size_t total_rows, float* diff_src);

namespace reference {

// The same in plain loops; Real is float or double, arithmetic is in double.
template <class Real>
void channel_sums(const Real* src, std::size_t rows, int channels, double* sums);
template <class Real>
void channel_centered_squares(const Real* src, const Real* mean, std::size_t rows, int channels,
                              double* sums);
template <class Real>
void batch_norm_apply(const Real* src, std::size_t rows, int channels, const Real* mean,
                      const Real* inverse_deviation, const Real* scale, const Real* shift, bool relu,
                      Real* dst);
template <class Real>
void batch_norm_backward_sums(const Real* src, const Real* diff_dst, const Real* dst, std::size_t rows,
                              int channels, const Real* mean, const Real* inverse_deviation, double* sum_dy,
                              double* sum_dy_xhat);
template <class Real>
void batch_norm_backward_data(const Real* src, const Real* diff_dst, const Real* dst, std::size_t rows,
                              int channels, const Real* mean, const Real* inverse_deviation,
                              const Real* scale, const double* sum_dy, const double* sum_dy_xhat,
                              std::size_t total_rows, Real* diff_src);

}  // namespace reference

}  // namespace tailor::kernels
