// Plain loops: the formulas of Ba et al. 2016, section 3, and their derivatives.
#include <cmath>

#include "tailor/nn/kernels/layers/layer_norm.h"

namespace tailor::kernels::reference {

template <class Real>
void layer_norm_forward(const Real* src, std::size_t rows, int channels, double epsilon, const Real* scale,
                        const Real* shift, Real* dst, Real* mean, Real* inverse_deviation) {
  const std::size_t width = static_cast<std::size_t>(channels);
  for (std::size_t r = 0; r < rows; ++r, src += width, dst += width) {
    double sum = 0, squares = 0;
    for (std::size_t c = 0; c < width; ++c) sum += static_cast<double>(src[c]);
    const double center = sum / channels;
    for (std::size_t c = 0; c < width; ++c) squares += std::pow(static_cast<double>(src[c]) - center, 2);
    const double inverse = 1 / std::sqrt(squares / channels + epsilon);
    mean[r] = static_cast<Real>(center), inverse_deviation[r] = static_cast<Real>(inverse);
    for (std::size_t c = 0; c < width; ++c)
      dst[c] =
          static_cast<Real>((static_cast<double>(src[c]) - center) * inverse * static_cast<double>(scale[c]) +
                            static_cast<double>(shift[c]));
  }
}

template <class Real>
void layer_norm_backward(const Real* src, const Real* diff_dst, std::size_t rows, int channels,
                         const Real* mean, const Real* inverse_deviation, const Real* scale, Real* diff_src,
                         Real* scale_sums, Real* shift_sums) {
  const std::size_t width = static_cast<std::size_t>(channels);
  for (std::size_t r = 0; r < rows; ++r) {
    const double inverse = static_cast<double>(inverse_deviation[r]);
    const auto at = [&](std::size_t c) { return r * width + c; };
    const auto normal = [&](std::size_t c) {
      return (static_cast<double>(src[at(c)]) - static_cast<double>(mean[r])) * inverse;
    };
    const auto dy = [&](std::size_t c) { return static_cast<double>(diff_dst[at(c)]); };
    double sum = 0, product = 0;
    for (std::size_t c = 0; c < width; ++c) {
      sum += dy(c) * static_cast<double>(scale[c]);
      product += dy(c) * static_cast<double>(scale[c]) * normal(c);
      scale_sums[c] += static_cast<Real>(dy(c) * normal(c));
      shift_sums[c] += static_cast<Real>(dy(c));
    }
    if (!diff_src) continue;
    for (std::size_t c = 0; c < width; ++c)
      diff_src[at(c)] = static_cast<Real>(inverse * (dy(c) * static_cast<double>(scale[c]) - sum / channels -
                                                     normal(c) * product / channels));
  }
}

template void layer_norm_forward(const float*, std::size_t, int, double, const float*, const float*, float*,
                                 float*, float*);
template void layer_norm_forward(const double*, std::size_t, int, double, const double*, const double*,
                                 double*, double*, double*);
template void layer_norm_backward(const float*, const float*, std::size_t, int, const float*, const float*,
                                  const float*, float*, float*, float*);
template void layer_norm_backward(const double*, const double*, std::size_t, int, const double*,
                                  const double*, const double*, double*, double*, double*);

}  // namespace tailor::kernels::reference
