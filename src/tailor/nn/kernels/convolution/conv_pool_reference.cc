#include "tailor/nn/kernels/convolution/conv_pool_reference.h"

#include <cmath>
#include <cstddef>
#include <vector>

namespace tailor::kernels::reference {
namespace {

// Calls visit(index into x, index of the tap [ky][kx][channel]) for everything under output pixel (y, x).
template <class Visit>
void for_taps(const ConvShape& s, int y, int x, Visit&& visit) {
  for (int ky = 0; ky < s.kernel_height; ++ky) {
    for (int kx = 0; kx < s.kernel_width; ++kx) {
      const int row = y * s.stride_height + ky - s.padding_top,
                column = x * s.stride_width + kx - s.padding_left;
      if (row < 0 || row >= s.in_height || column < 0 || column >= s.in_width) continue;
      for (int c = 0; c < s.in_channels; ++c) {
        visit((row * s.in_width + column) * s.in_channels + c,
              (ky * s.kernel_width + kx) * s.in_channels + c);
      }
    }
  }
}

int taps(const ConvShape& s) { return s.kernel_height * s.kernel_width * s.in_channels; }

// Calls visit(output y, output x, output channel, gradient) for each non-zero pooled gradient.
template <class Visit>
void for_pooled(const ConvShape& s, const float* pooled_gradient, const std::uint8_t* argmax, Visit&& visit) {
  const int height = s.out_height / 2, width = s.out_width / 2;
  for (int i = 0; i < height * width * s.out_channels; ++i) {
    if (pooled_gradient[i] == 0.0f) continue;
    const int pixel = i / s.out_channels;
    visit(pixel / width * 2 + argmax[i] / 2, pixel % width * 2 + argmax[i] % 2, i % s.out_channels,
          pooled_gradient[i]);
  }
}

}  // namespace

void conv_relu_forward(const ConvShape& s, const float* x, const float* weights, const float* bias, bool relu,
                       float* y) {
  for (int i = 0; i < s.out_height * s.out_width * s.out_channels; ++i) {
    const int channel = i % s.out_channels, pixel = i / s.out_channels;
    const float* w = weights + channel * taps(s);
    double sum = bias ? bias[channel] : 0.0;
    for_taps(s, pixel / s.out_width, pixel % s.out_width,
             [&](int in, int tap) { sum += static_cast<double>(x[in]) * w[tap]; });
    y[i] = relu && sum <= 0 ? 0.0f : static_cast<float>(sum);
  }
}

void conv_relu_pool_forward(const ConvShape& s, const float* x, const float* weights, const float* bias,
                            float* y, std::uint8_t* argmax) {
  std::vector<float> map(static_cast<std::size_t>(s.out_height) * s.out_width * s.out_channels);
  conv_relu_forward(s, x, weights, bias, false, map.data());
  const int height = s.out_height / 2, width = s.out_width / 2;
  for (int i = 0; i < height * width * s.out_channels; ++i) {
    const int channel = i % s.out_channels, pixel = i / s.out_channels;
    float best = 0;
    int where = -1;
    for (int a = 0; a < 4; ++a) {
      const int row = pixel / width * 2 + a / 2, column = pixel % width * 2 + a % 2;
      const float value =
          map[(static_cast<std::size_t>(row) * s.out_width + column) * s.out_channels + channel];
      if (where < 0 || value > best || std::isnan(value)) {
        best = value;
        where = a;
      }
    }
    y[i] = best <= 0 ? 0.0f : best;
    argmax[i] = static_cast<std::uint8_t>(where);
  }
}

void conv_pool_weight_gradient(const ConvShape& s, const float* x, const float* pooled_gradient,
                               const std::uint8_t* argmax, float* dw, float* db) {
  std::vector<double> sum(static_cast<std::size_t>(s.out_channels) * taps(s));
  std::vector<double> bias(static_cast<std::size_t>(s.out_channels));
  for_pooled(s, pooled_gradient, argmax, [&](int row, int column, int channel, double g) {
    bias[static_cast<std::size_t>(channel)] += g;
    double* to = sum.data() + channel * taps(s);
    for_taps(s, row, column, [&](int in, int tap) { to[tap] += g * x[in]; });
  });
  for (std::size_t i = 0; i < sum.size(); ++i) dw[i] = static_cast<float>(dw[i] + sum[i]);
  for (std::size_t i = 0; i < bias.size(); ++i) db[i] = static_cast<float>(db[i] + bias[i]);
}

void conv_pool_data_gradient(const ConvShape& s, const float* weights, const float* pooled_gradient,
                             const std::uint8_t* argmax, float* dx) {
  std::vector<double> sum(static_cast<std::size_t>(s.in_height) * s.in_width * s.in_channels);
  for_pooled(s, pooled_gradient, argmax, [&](int row, int column, int channel, double g) {
    const float* w = weights + channel * taps(s);
    for_taps(s, row, column, [&](int in, int tap) { sum[static_cast<std::size_t>(in)] += g * w[tap]; });
  });
  for (std::size_t i = 0; i < sum.size(); ++i) dx[i] = static_cast<float>(sum[i]);
}

void conv_relu_weight_gradient(const ConvShape& s, const float* x, const float* y, const float* dy, float* dw,
                               float* db) {
  std::vector<double> sum(static_cast<std::size_t>(s.out_channels) * taps(s));
  std::vector<double> bias(static_cast<std::size_t>(s.out_channels));
  for (int i = 0; i < s.out_height * s.out_width * s.out_channels; ++i) {
    if (y && y[i] <= 0) continue;
    const int channel = i % s.out_channels, pixel = i / s.out_channels;
    const double g = dy[i];
    bias[static_cast<std::size_t>(channel)] += g;
    double* to = sum.data() + channel * taps(s);
    for_taps(s, pixel / s.out_width, pixel % s.out_width, [&](int in, int tap) { to[tap] += g * x[in]; });
  }
  for (std::size_t i = 0; i < sum.size(); ++i) dw[i] = static_cast<float>(dw[i] + sum[i]);
  for (std::size_t i = 0; i < bias.size(); ++i) db[i] = static_cast<float>(db[i] + bias[i]);
}

}  // namespace tailor::kernels::reference
