// Kernels on values [rows][channels] with something of its own for each channel: factors, slopes, sums. The
// engine calls them on any range of rows.
#pragma once

#include <cstddef>

namespace tailor::kernels {

// dst = src * factors[c]. dst may be src.
void scale_channels(const float* src, std::size_t rows, int channels, const float* factors, float* dst);

// sums[c] += sum over rows of a * b.
void add_channel_products(const float* a, const float* b, std::size_t rows, int channels, float* sums);

// dst = src if above 0, else slopes[c] * src (NaN stays). dst may be src.
void prelu_forward(const float* src, std::size_t rows, int channels, const float* slopes, float* dst);
// The gradient of src, unless diff_src is null; it may be diff_dst. sums[c] += the slopes' gradient.
void prelu_backward(const float* src, const float* diff_dst, std::size_t rows, int channels,
                    const float* slopes, float* diff_src, float* sums);

// dst = a[c] * x + b[c] * (y - center[c]) + e[c]. dst may be x or y.
void combine_channels(const float* x, const float* y, std::size_t rows, int channels, const float* a,
                      const float* b, const float* center, const float* e, float* dst);

namespace reference {

// The same in plain loops; Real is float or double, arithmetic is in double.
template <class Real>
void scale_channels(const Real* src, std::size_t rows, int channels, const Real* factors, Real* dst);
template <class Real>
void add_channel_products(const Real* a, const Real* b, std::size_t rows, int channels, Real* sums);
template <class Real>
void prelu_forward(const Real* src, std::size_t rows, int channels, const Real* slopes, Real* dst);
template <class Real>
void prelu_backward(const Real* src, const Real* diff_dst, std::size_t rows, int channels, const Real* slopes,
                    Real* diff_src, Real* sums);
template <class Real>
void combine_channels(const Real* x, const Real* y, std::size_t rows, int channels, const Real* a,
                      const Real* b, const Real* center, const Real* e, Real* dst);

}  // namespace reference

}  // namespace tailor::kernels
