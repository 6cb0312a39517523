// Plain loops; each function is the definition of what it computes.
#include "tailor/nn/kernels/convolution/conv_reference.h"

#include <cstddef>

#include "tailor/nn/kernels/common/map_index.h"

namespace tailor::kernels::reference {
namespace {

std::size_t weight_index(const ConvShape& s, int o, int ky, int kx, int i) {
  return ((static_cast<std::size_t>(o) * s.kernel_height + ky) * s.kernel_width + kx) * s.in_channels + i;
}

// Calls f(source index of channel 0, ky, kx) for the kernel positions of output (y, x) that are inside the
// image.
template <class Function>
void for_window(const ConvShape& s, int y, int x, Function f) {
  for (int ky = 0; ky < s.kernel_height; ++ky)
    for (int kx = 0; kx < s.kernel_width; ++kx) {
      const int sy = y * s.stride + ky - s.padding, sx = x * s.stride + kx - s.padding;
      if (sy < 0 || sy >= s.in_height || sx < 0 || sx >= s.in_width) continue;
      f(map_index(sy, sx, 0, s.in_width, s.in_channels), ky, kx);
    }
}

}  // namespace

template <class Real>
void conv_forward(const ConvShape& s, const Real* src, const Real* weights,
                  const std::type_identity_t<Real>* bias, Real* dst) {
  for (int y = 0; y < s.out_height; ++y)
    for (int x = 0; x < s.out_width; ++x)
      for (int o = 0; o < s.out_channels; ++o) {
        double sum = bias ? static_cast<double>(bias[o]) : 0;
        for_window(s, y, x, [&](std::size_t at, int ky, int kx) {
          for (int i = 0; i < s.in_channels; ++i)
            sum += static_cast<double>(src[at + i]) *
                   static_cast<double>(weights[weight_index(s, o, ky, kx, i)]);
        });
        dst[map_index(y, x, o, s.out_width, s.out_channels)] = static_cast<Real>(sum);
      }
}

template <class Real>
void conv_backward_data(const ConvShape& s, const Real* diff_dst, const Real* weights, Real* diff_src) {
  for (int sy = 0; sy < s.in_height; ++sy)
    for (int sx = 0; sx < s.in_width; ++sx)
      for (int i = 0; i < s.in_channels; ++i) {
        double sum = 0;
        for (int ky = 0; ky < s.kernel_height; ++ky)
          for (int kx = 0; kx < s.kernel_width; ++kx) {
            const int top = sy + s.padding - ky, left = sx + s.padding - kx;
            if (top < 0 || left < 0 || top % s.stride != 0 || left % s.stride != 0) continue;
            const int y = top / s.stride, x = left / s.stride;
            if (y >= s.out_height || x >= s.out_width) continue;
            for (int o = 0; o < s.out_channels; ++o)
              sum += static_cast<double>(diff_dst[map_index(y, x, o, s.out_width, s.out_channels)]) *
                     static_cast<double>(weights[weight_index(s, o, ky, kx, i)]);
          }
        diff_src[map_index(sy, sx, i, s.in_width, s.in_channels)] = static_cast<Real>(sum);
      }
}

template <class Real>
void conv_backward_weights(const ConvShape& s, const Real* src, const Real* diff_dst, Real* diff_weights,
                           std::type_identity_t<Real>* diff_bias) {
  for (int o = 0; o < s.out_channels; ++o)
    for (int ky = 0; ky < s.kernel_height; ++ky)
      for (int kx = 0; kx < s.kernel_width; ++kx)
        for (int i = 0; i < s.in_channels; ++i) {
          double sum = 0;
          for (int y = 0; y < s.out_height; ++y)
            for (int x = 0; x < s.out_width; ++x) {
              const int sy = y * s.stride + ky - s.padding, sx = x * s.stride + kx - s.padding;
              if (sy < 0 || sy >= s.in_height || sx < 0 || sx >= s.in_width) continue;
              sum += static_cast<double>(src[map_index(sy, sx, i, s.in_width, s.in_channels)]) *
                     static_cast<double>(diff_dst[map_index(y, x, o, s.out_width, s.out_channels)]);
            }
          diff_weights[weight_index(s, o, ky, kx, i)] = static_cast<Real>(sum);
        }
  if (!diff_bias) return;
  for (int o = 0; o < s.out_channels; ++o) {
    double sum = 0;
    for (int y = 0; y < s.out_height; ++y)
      for (int x = 0; x < s.out_width; ++x)
        sum += static_cast<double>(diff_dst[map_index(y, x, o, s.out_width, s.out_channels)]);
    diff_bias[o] = static_cast<Real>(sum);
  }
}

template void conv_forward(const ConvShape&, const float*, const float*, const float*, float*);
template void conv_forward(const ConvShape&, const double*, const double*, const double*, double*);
template void conv_backward_data(const ConvShape&, const float*, const float*, float*);
template void conv_backward_data(const ConvShape&, const double*, const double*, double*);
template void conv_backward_weights(const ConvShape&, const float*, const float*, float*, float*);
template void conv_backward_weights(const ConvShape&, const double*, const double*, double*, double*);

}  // namespace tailor::kernels::reference
