// Plain loops: the definitions. PReLU: He et al., "Delving Deep into Rectifiers", 2015.
#include "tailor/nn/kernels/layers/channelwise.h"

namespace tailor::kernels::reference {
namespace {

template <class Function>
void for_each_value(std::size_t rows, int channels, Function f) {
  const std::size_t columns = static_cast<std::size_t>(channels);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) f(r * columns + c, c);
}

}  // namespace

template <class Real>
void scale_channels(const Real* src, std::size_t rows, int channels, const Real* factors, Real* dst) {
  for_each_value(rows, channels, [&](std::size_t i, std::size_t c) { dst[i] = src[i] * factors[c]; });
}

template <class Real>
void add_channel_products(const Real* a, const Real* b, std::size_t rows, int channels, Real* sums) {
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    double sum = static_cast<double>(sums[c]);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t i = r * static_cast<std::size_t>(channels) + c;
      sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    }
    sums[c] = static_cast<Real>(sum);
  }
}

template <class Real>
void prelu_forward(const Real* src, std::size_t rows, int channels, const Real* slopes, Real* dst) {
  for_each_value(rows, channels,
                 [&](std::size_t i, std::size_t c) { dst[i] = src[i] > 0 ? src[i] : slopes[c] * src[i]; });
}

template <class Real>
void prelu_backward(const Real* src, const Real* diff_dst, std::size_t rows, int channels, const Real* slopes,
                    Real* diff_src, Real* sums) {
  for_each_value(rows, channels, [&](std::size_t i, std::size_t c) {
    const Real dy = diff_dst[i];
    if (diff_src) diff_src[i] = src[i] > 0 ? dy : slopes[c] * dy;
    if (!(src[i] > 0)) sums[c] += dy * src[i];
  });
}

template <class Real>
void combine_channels(const Real* x, const Real* y, std::size_t rows, int channels, const Real* a,
                      const Real* b, const Real* center, const Real* e, Real* dst) {
  for_each_value(rows, channels, [&](std::size_t i, std::size_t c) {
    dst[i] = static_cast<Real>(static_cast<double>(a[c]) * static_cast<double>(x[i]) +
                               static_cast<double>(b[c]) *
                                   (static_cast<double>(y[i]) - static_cast<double>(center[c])) +
                               static_cast<double>(e[c]));
  });
}

template void scale_channels(const float*, std::size_t, int, const float*, float*);
template void scale_channels(const double*, std::size_t, int, const double*, double*);
template void add_channel_products(const float*, const float*, std::size_t, int, float*);
template void add_channel_products(const double*, const double*, std::size_t, int, double*);
template void prelu_forward(const float*, std::size_t, int, const float*, float*);
template void prelu_forward(const double*, std::size_t, int, const double*, double*);
template void prelu_backward(const float*, const float*, std::size_t, int, const float*, float*, float*);
template void prelu_backward(const double*, const double*, std::size_t, int, const double*, double*, double*);
template void combine_channels(const float*, const float*, std::size_t, int, const float*, const float*,
                               const float*, const float*, float*);
template void combine_channels(const double*, const double*, std::size_t, int, const double*, const double*,
                               const double*, const double*, double*);

}  // namespace tailor::kernels::reference
