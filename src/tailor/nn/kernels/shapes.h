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

struct PoolShape {
  int in_height, in_width, channels;
  int out_height, out_width;
  int kernel_height, kernel_width;
  int stride, padding;
};

}  // namespace tailor::kernels
