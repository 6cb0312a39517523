// Plain loops; each function is the definition of what it computes.
#include "tailor/nn/kernels/convolution/conv_reference.h"

#include <cstddef>
#include <vector>

#include "tailor/nn/kernels/common/map_index.h"

namespace tailor::kernels::reference {
namespace {

// i counts within the group.
std::size_t weight_index(const ConvShape& s, int o, int ky, int kx, int i) {
  return ((static_cast<std::size_t>(o) * s.kernel_height + ky) * s.kernel_width + kx) * s.group_inputs() + i;
}

// The first input channel that output channel o reads.
int first_input(const ConvShape& s, int o) { return o / s.group_outputs() * s.group_inputs(); }

// Calls f(source index of channel 0, ky, kx) for the kernel positions of output (y, x) that are inside the
// image.
template <class Function>
void for_window(const ConvShape& s, int y, int x, Function f) {
  for (int ky = 0; ky < s.kernel_height; ++ky)
    for (int kx = 0; kx < s.kernel_width; ++kx) {
      const int sy = y * s.stride_height + ky * s.dilation_height - s.padding_top,
                sx = x * s.stride_width + kx * s.dilation_width - s.padding_left;
      if (sy < 0 || sy >= s.in_height || sx < 0 || sx >= s.in_width) continue;
      f(map_index(sy, sx, 0, s.in_width, s.in_channels), ky, kx);
    }
}

// Calls f(index of the output, index of the input, index of the weight) for every product of
// the convolution.
template <class Function>
void for_products(const ConvShape& s, Function f) {
  for (int y = 0; y < s.out_height; ++y)
    for (int x = 0; x < s.out_width; ++x)
      for (int o = 0; o < s.out_channels; ++o)
        for_window(s, y, x, [&](std::size_t pixel, int ky, int kx) {
          for (int i = 0; i < s.group_inputs(); ++i)
            f(map_index(y, x, o, s.out_width, s.out_channels),
              pixel + static_cast<std::size_t>(first_input(s, o) + i), weight_index(s, o, ky, kx, i));
        });
}

std::size_t inputs(const ConvShape& s) {
  return static_cast<std::size_t>(s.in_height) * s.in_width * s.in_channels;
}
std::size_t outputs(const ConvShape& s) {
  return static_cast<std::size_t>(s.out_height) * s.out_width * s.out_channels;
}

template <class Real>
void round_to(const std::vector<double>& sums, Real* values) {
  for (std::size_t i = 0; i < sums.size(); ++i) values[i] = static_cast<Real>(sums[i]);
}

}  // namespace

template <class Real>
void conv_forward(const ConvShape& s, const Real* src, const Real* weights,
                  const std::type_identity_t<Real>* bias, Real* dst) {
  std::vector<double> sums(outputs(s));
  for (std::size_t at = 0; bias && at < sums.size(); ++at)
    sums[at] = static_cast<double>(bias[at % static_cast<std::size_t>(s.out_channels)]);
  for_products(s, [&](std::size_t out, std::size_t in, std::size_t weight) {
    sums[out] += static_cast<double>(src[in]) * static_cast<double>(weights[weight]);
  });
  round_to(sums, dst);
}

template <class Real>
void conv_backward_data(const ConvShape& s, const Real* diff_dst, const Real* weights, Real* diff_src) {
  std::vector<double> sums(inputs(s));
  for_products(s, [&](std::size_t out, std::size_t in, std::size_t weight) {
    sums[in] += static_cast<double>(diff_dst[out]) * static_cast<double>(weights[weight]);
  });
  round_to(sums, diff_src);
}

template <class Real>
void conv_backward_weights(const ConvShape& s, const Real* src, const Real* diff_dst, Real* diff_weights,
                           std::type_identity_t<Real>* diff_bias) {
  std::vector<double> sums(weight_index(s, s.out_channels, 0, 0, 0));
  for_products(s, [&](std::size_t out, std::size_t in, std::size_t weight) {
    sums[weight] += static_cast<double>(src[in]) * static_cast<double>(diff_dst[out]);
  });
  round_to(sums, diff_weights);
  if (!diff_bias) return;
  std::vector<double> bias(static_cast<std::size_t>(s.out_channels));
  for (std::size_t at = 0; at < outputs(s); ++at) bias[at % bias.size()] += static_cast<double>(diff_dst[at]);
  round_to(bias, diff_bias);
}

template void conv_forward(const ConvShape&, const float*, const float*, const float*, float*);
template void conv_forward(const ConvShape&, const double*, const double*, const double*, double*);
template void conv_backward_data(const ConvShape&, const float*, const float*, float*);
template void conv_backward_data(const ConvShape&, const double*, const double*, double*);
template void conv_backward_weights(const ConvShape&, const float*, const float*, float*, float*);
template void conv_backward_weights(const ConvShape&, const double*, const double*, double*, double*);

}  // namespace tailor::kernels::reference
