// The sizes that kernels work on. Memory order: activations [height][width][channels] (NHWC), convolution
// weights [out][kernel_height][kernel_width][in] (OHWI), dense weights [in][out].
#pragma once

namespace tailor::kernels {

struct ConvShape {
  int in_height, in_width, in_channels;
  int out_height, out_width, out_channels;
  int kernel_height, kernel_width;
  int stride, padding;
};

// The convolution of stride 1 that makes the input's gradient of the output's, with the filters turned
// around.
inline ConvShape data_gradient_shape(const ConvShape& s) {
  return {s.out_height,  s.out_width,     s.out_channels, s.in_height, s.in_width,
          s.in_channels, s.kernel_height, s.kernel_width, 1,           s.kernel_height - 1 - s.padding};
}

struct PoolShape {
  int in_height, in_width, channels;
  int out_height, out_width;
  int kernel_height, kernel_width;
  int stride, padding;
};

}  // namespace tailor::kernels
