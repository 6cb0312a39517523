// Plain loops: the formulas of Wu & He 2018, section 3, and their derivatives.
#include <cmath>

#include "tailor/nn/kernels/layers/group_norm.h"

namespace tailor::kernels::reference {
namespace {

// f(index, channel) for every value of the group's channels.
template <class Function>
void for_group(std::size_t positions, int channels, int groups, int group, Function f) {
  const std::size_t width = static_cast<std::size_t>(channels / groups);
  const std::size_t first = static_cast<std::size_t>(group) * width;
  for (std::size_t p = 0; p < positions; ++p)
    for (std::size_t c = first; c < first + width; ++c) f(p * static_cast<std::size_t>(channels) + c, c);
}

}  // namespace

template <class Real>
void group_norm_forward(const Real* src, std::size_t positions, int channels, int groups, double epsilon,
                        const Real* scale, const Real* shift, Real* dst, Real* mean,
                        Real* inverse_deviation) {
  const double n = static_cast<double>(positions) * (channels / groups);
  for (int group = 0; group < groups; ++group) {
    double sum = 0, squares = 0;
    for_group(positions, channels, groups, group,
              [&](std::size_t i, std::size_t) { sum += static_cast<double>(src[i]); });
    const double center = sum / n;
    for_group(positions, channels, groups, group, [&](std::size_t i, std::size_t) {
      squares += std::pow(static_cast<double>(src[i]) - center, 2);
    });
    const double inverse = 1 / std::sqrt(squares / n + epsilon);
    for_group(positions, channels, groups, group, [&](std::size_t i, std::size_t c) {
      mean[c] = static_cast<Real>(center), inverse_deviation[c] = static_cast<Real>(inverse);
      dst[i] =
          static_cast<Real>((static_cast<double>(src[i]) - center) * inverse * static_cast<double>(scale[c]) +
                            static_cast<double>(shift[c]));
    });
  }
}

template <class Real>
void group_norm_backward(const Real* src, const Real* diff_dst, std::size_t positions, int channels,
                         int groups, const Real* mean, const Real* inverse_deviation, const Real* scale,
                         Real* diff_src, Real* scale_sums, Real* shift_sums) {
  const double n = static_cast<double>(positions) * (channels / groups);
  const auto normal = [&](std::size_t i, std::size_t c) {
    return (static_cast<double>(src[i]) - static_cast<double>(mean[c])) *
           static_cast<double>(inverse_deviation[c]);
  };
  for (int group = 0; group < groups; ++group) {
    double sum = 0, product = 0;
    for_group(positions, channels, groups, group, [&](std::size_t i, std::size_t c) {
      const double dy = static_cast<double>(diff_dst[i]);
      sum += dy * static_cast<double>(scale[c]);
      product += dy * static_cast<double>(scale[c]) * normal(i, c);
      scale_sums[c] += static_cast<Real>(dy * normal(i, c));
      shift_sums[c] += static_cast<Real>(dy);
    });
    if (!diff_src) continue;
    for_group(positions, channels, groups, group, [&](std::size_t i, std::size_t c) {
      diff_src[i] = static_cast<Real>(static_cast<double>(inverse_deviation[c]) *
                                      (static_cast<double>(diff_dst[i]) * static_cast<double>(scale[c]) -
                                       sum / n - normal(i, c) * product / n));
    });
  }
}

template void group_norm_forward(const float*, std::size_t, int, int, double, const float*, const float*,
                                 float*, float*, float*);
template void group_norm_forward(const double*, std::size_t, int, int, double, const double*, const double*,
                                 double*, double*, double*);
template void group_norm_backward(const float*, const float*, std::size_t, int, int, const float*,
                                  const float*, const float*, float*, float*, float*);
template void group_norm_backward(const double*, const double*, std::size_t, int, int, const double*,
                                  const double*, const double*, double*, double*, double*);

}  // namespace tailor::kernels::reference
