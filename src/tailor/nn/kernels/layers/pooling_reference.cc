// Plain loops: the definitions of the poolings.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "tailor/nn/kernels/common/map_index.h"
#include "tailor/nn/kernels/layers/pooling.h"
#include "tailor/nn/kernels/layers/pooling_window.h"

namespace tailor::kernels::reference {
namespace {

// Calls f(output index, window) for each output value, f's channel being c.
template <class Function>
void for_outputs(const PoolShape& s, Function f) {
  for (int y = 0; y < s.out_height; ++y)
    for (int x = 0; x < s.out_width; ++x)
      for (int c = 0; c < s.channels; ++c)
        f(map_index(y, x, c, s.out_width, s.channels), PoolWindow(s, y, x), c);
}

// Calls f(source index, place in the window).
template <class Function>
void for_places(const PoolShape& s, const PoolWindow& w, int c, Function f) {
  for (int ky = w.row_begin; ky < w.row_end; ++ky)
    for (int kx = w.column_begin; kx < w.column_end; ++kx)
      f(map_index(w.top + ky * s.dilation_height, w.left + kx * s.dilation_width, c, s.in_width, s.channels),
        ky * s.kernel_width + kx);
}

std::size_t inputs(const PoolShape& s) {
  return static_cast<std::size_t>(s.in_height) * s.in_width * s.channels;
}

}  // namespace

template <class Real, class Argmax>
void max_pool_forward(const PoolShape& s, const Real* src, Real* dst, Argmax* argmax) {
  for_outputs(s, [&](std::size_t o, const PoolWindow& w, int c) {
    bool first = true;
    for_places(s, w, c, [&](std::size_t i, int place) {
      const bool wins = first || src[i] > dst[o] || (std::isnan(src[i]) && !std::isnan(dst[o]));
      if (!wins) return;
      first = false;
      dst[o] = src[i];
      argmax[o] = static_cast<Argmax>(place);
    });
  });
}

template <class Real, class Argmax>
void max_pool_backward(const PoolShape& s, const Real* diff_dst, const Argmax* argmax, Real* diff_src) {
  std::fill_n(diff_src, inputs(s), Real{0});
  for_outputs(s, [&](std::size_t o, const PoolWindow& w, int c) {
    const int y = w.top + argmax[o] / s.kernel_width * s.dilation_height,
              x = w.left + argmax[o] % s.kernel_width * s.dilation_width;
    diff_src[map_index(y, x, c, s.in_width, s.channels)] += diff_dst[o];
  });
}

template <class Real>
void average_pool_forward(const PoolShape& s, const Real* src, Real* dst) {
  for_outputs(s, [&](std::size_t o, const PoolWindow& w, int c) {
    double sum = 0;
    for_places(s, w, c, [&](std::size_t i, int) { sum += static_cast<double>(src[i]); });
    dst[o] = static_cast<Real>(sum / w.count);
  });
}

template <class Real>
void average_pool_backward(const PoolShape& s, const Real* diff_dst, Real* diff_src) {
  std::fill_n(diff_src, inputs(s), Real{0});
  for_outputs(s, [&](std::size_t o, const PoolWindow& w, int c) {
    for_places(s, w, c, [&](std::size_t i, int) { diff_src[i] += diff_dst[o] / static_cast<Real>(w.count); });
  });
}

template <class Real>
void global_average_forward(int rows, int channels, const Real* src, Real* dst) {
  for (int c = 0; c < channels; ++c) {
    double sum = 0;
    for (int r = 0; r < rows; ++r)
      sum += static_cast<double>(src[static_cast<std::size_t>(r) * channels + c]);
    dst[c] = static_cast<Real>(sum / rows);
  }
}

template <class Real>
void global_average_backward(int rows, int channels, const Real* diff_dst, Real* diff_src) {
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < channels; ++c)
      diff_src[static_cast<std::size_t>(r) * channels + c] = diff_dst[c] / static_cast<Real>(rows);
}

template void max_pool_forward(const PoolShape&, const float*, float*, std::uint8_t*);
template void max_pool_forward(const PoolShape&, const float*, float*, std::int32_t*);
template void max_pool_forward(const PoolShape&, const double*, double*, std::uint8_t*);
template void max_pool_forward(const PoolShape&, const double*, double*, std::int32_t*);
template void max_pool_backward(const PoolShape&, const float*, const std::uint8_t*, float*);
template void max_pool_backward(const PoolShape&, const float*, const std::int32_t*, float*);
template void max_pool_backward(const PoolShape&, const double*, const std::uint8_t*, double*);
template void max_pool_backward(const PoolShape&, const double*, const std::int32_t*, double*);
template void average_pool_forward(const PoolShape&, const float*, float*);
template void average_pool_forward(const PoolShape&, const double*, double*);
template void average_pool_backward(const PoolShape&, const float*, float*);
template void average_pool_backward(const PoolShape&, const double*, double*);
template void global_average_forward(int, int, const float*, float*);
template void global_average_forward(int, int, const double*, double*);
template void global_average_backward(int, int, const float*, float*);
template void global_average_backward(int, int, const double*, double*);

}  // namespace tailor::kernels::reference
