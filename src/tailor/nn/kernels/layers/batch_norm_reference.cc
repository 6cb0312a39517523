// Plain loops: the formulas of Ioffe & Szegedy 2015, algorithm 1 and the gradients of section 3.
#include <algorithm>

#include "tailor/nn/kernels/layers/batch_norm.h"

namespace tailor::kernels::reference {
namespace {

template <class Function>
void for_each(std::size_t rows, int channels, Function f) {
  const std::size_t columns = static_cast<std::size_t>(channels);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) f(r * columns + c, c);
}

template <class Real>
double normalized(const Real* src, const Real* mean, const Real* inverse_deviation, std::size_t i,
                  std::size_t c) {
  return (static_cast<double>(src[i]) - static_cast<double>(mean[c])) *
         static_cast<double>(inverse_deviation[c]);
}

template <class Real>
double masked(const Real* diff_dst, const Real* dst, std::size_t i) {
  return dst && dst[i] <= 0 ? 0 : static_cast<double>(diff_dst[i]);
}

}  // namespace

template <class Real>
void channel_sums(const Real* src, std::size_t rows, int channels, double* sums) {
  std::fill_n(sums, channels, 0.0);
  for_each(rows, channels, [&](std::size_t i, std::size_t c) { sums[c] += static_cast<double>(src[i]); });
}

template <class Real>
void channel_centered_squares(const Real* src, const Real* mean, std::size_t rows, int channels,
                              double* sums) {
  std::fill_n(sums, channels, 0.0);
  for_each(rows, channels, [&](std::size_t i, std::size_t c) {
    const double distance = static_cast<double>(src[i]) - static_cast<double>(mean[c]);
    sums[c] += distance * distance;
  });
}

template <class Real>
void batch_norm_apply(const Real* src, std::size_t rows, int channels, const Real* mean,
                      const Real* inverse_deviation, const Real* scale, const Real* shift, bool relu,
                      Real* dst) {
  for_each(rows, channels, [&](std::size_t i, std::size_t c) {
    const double y = normalized(src, mean, inverse_deviation, i, c) * static_cast<double>(scale[c]) +
                     static_cast<double>(shift[c]);
    dst[i] = static_cast<Real>(relu && y <= 0 ? 0 : y);
  });
}

template <class Real>
void batch_norm_backward_sums(const Real* src, const Real* diff_dst, const Real* dst, std::size_t rows,
                              int channels, const Real* mean, const Real* inverse_deviation, double* sum_dy,
                              double* sum_dy_xhat) {
  std::fill_n(sum_dy, channels, 0.0);
  std::fill_n(sum_dy_xhat, channels, 0.0);
  for_each(rows, channels, [&](std::size_t i, std::size_t c) {
    const double dy = masked(diff_dst, dst, i);
    sum_dy[c] += dy;
    sum_dy_xhat[c] += dy * normalized(src, mean, inverse_deviation, i, c);
  });
}

template <class Real>
void batch_norm_backward_data(const Real* src, const Real* diff_dst, const Real* dst, std::size_t rows,
                              int channels, const Real* mean, const Real* inverse_deviation,
                              const Real* scale, const double* sum_dy, const double* sum_dy_xhat,
                              std::size_t total_rows, Real* diff_src) {
  const double n = static_cast<double>(total_rows);
  for_each(rows, channels, [&](std::size_t i, std::size_t c) {
    const double centered = masked(diff_dst, dst, i) - sum_dy[c] / n -
                            normalized(src, mean, inverse_deviation, i, c) * sum_dy_xhat[c] / n;
    diff_src[i] = static_cast<Real>(static_cast<double>(scale[c]) *
                                    static_cast<double>(inverse_deviation[c]) * centered);
  });
}

template void channel_sums(const float*, std::size_t, int, double*);
template void channel_sums(const double*, std::size_t, int, double*);
template void channel_centered_squares(const float*, const float*, std::size_t, int, double*);
template void channel_centered_squares(const double*, const double*, std::size_t, int, double*);
template void batch_norm_apply(const float*, std::size_t, int, const float*, const float*, const float*,
                               const float*, bool, float*);
template void batch_norm_apply(const double*, std::size_t, int, const double*, const double*, const double*,
                               const double*, bool, double*);
template void batch_norm_backward_sums(const float*, const float*, const float*, std::size_t, int,
                                       const float*, const float*, double*, double*);
template void batch_norm_backward_sums(const double*, const double*, const double*, std::size_t, int,
                                       const double*, const double*, double*, double*);
template void batch_norm_backward_data(const float*, const float*, const float*, std::size_t, int,
                                       const float*, const float*, const float*, const double*, const double*,
                                       std::size_t, float*);
template void batch_norm_backward_data(const double*, const double*, const double*, std::size_t, int,
                                       const double*, const double*, const double*, const double*,
                                       const double*, std::size_t, double*);

}  // namespace tailor::kernels::reference
