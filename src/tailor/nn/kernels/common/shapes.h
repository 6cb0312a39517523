// The sizes that kernels work on. Memory order: activations [height][width][channels] (NHWC), convolution
// weights [out][kernel_height][kernel_width][in / groups] (OHWI), dense weights [in][out].
#pragma once

namespace tailor::kernels {

// Output (y, x, o) is the sum over (ky, kx, i) of input (y * stride_height + ky * dilation_height - padding_top,
// x * stride_width + kx * dilation_width - padding_left, g * in_channels / groups + i) times weight (o, ky, kx,
// i), where g is the group that o lies in; zeros pad the image.
struct ConvShape {
  int in_height, in_width, in_channels;
  int out_height, out_width, out_channels;
  int kernel_height, kernel_width;
  int stride_height = 1, stride_width = 1;
  int padding_top = 0, padding_left = 0, padding_bottom = 0, padding_right = 0;
  int dilation_height = 1, dilation_width = 1;
  int groups = 1;

  constexpr int group_inputs() const { return in_channels / groups; }
  constexpr int group_outputs() const { return out_channels / groups; }

  // Stride 1, the same padding on all sides, undivided: all that our own fast kernels know.
  constexpr bool plain() const {
    return stride_height == 1 && stride_width == 1 && dilation_height == 1 && dilation_width == 1 &&
           groups == 1 && padding_left == padding_top && padding_bottom == padding_top &&
           padding_right == padding_top;
  }
  constexpr int padding() const { return padding_top; }  // of a plain shape
};

// The convolution of stride 1 that makes the input's gradient of the output's, with the filters turned
// around; of a plain shape.
constexpr ConvShape data_gradient_shape(const ConvShape& s) {
  const int height = s.kernel_height - 1 - s.padding(), width = s.kernel_width - 1 - s.padding();
  return {.in_height = s.out_height,
          .in_width = s.out_width,
          .in_channels = s.out_channels,
          .out_height = s.in_height,
          .out_width = s.in_width,
          .out_channels = s.in_channels,
          .kernel_height = s.kernel_height,
          .kernel_width = s.kernel_width,
          .padding_top = height,
          .padding_left = width,
          .padding_bottom = height,
          .padding_right = width};
}

// A window that slides, or bins that divide the image.
struct PoolShape {
  int in_height, in_width, channels;
  int out_height, out_width;
  int kernel_height = 1, kernel_width = 1;
  int stride_height = 1, stride_width = 1;
  int padding_top = 0, padding_left = 0, padding_bottom = 0, padding_right = 0;
  int dilation_height = 1, dilation_width = 1;  // of max-pools only
  bool count_padding = false;                   // an average divides by its padding too
  // Output row i is of the input's rows floor(i * in / out) to ceil((i + 1) * in / out), columns likewise, and
  // the lines above say nothing (average only; PyTorch's AdaptiveAvgPool2d).
  bool adaptive = false;
};

}  // namespace tailor::kernels
