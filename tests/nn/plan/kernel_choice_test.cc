#include "tailor/nn/plan/kernel_choice.h"

#include <gtest/gtest.h>

namespace tailor {
namespace {

// Stride 1, as many places going out as coming in.
kernels::ConvShape convolution(int side, int in, int out, int kernel) {
  kernels::ConvShape s{};
  s.in_height = s.in_width = s.out_height = s.out_width = side;
  s.in_channels = in, s.out_channels = out;
  s.kernel_height = s.kernel_width = kernel;
  s.padding_top = s.padding_left = s.padding_bottom = s.padding_right = kernel / 2;
  return s;
}

TEST(KernelChoice, TheFirstLayersKernelIsForGreyImagesAndForwardOfColours) {
  EXPECT_TRUE(first_convolution_pays(convolution(28, 1, 32, 3)));
  EXPECT_FALSE(first_convolution_pays(convolution(28, 1, 6, 5)));
  EXPECT_FALSE(first_convolution_pays(convolution(28, 32, 32, 3)));
  EXPECT_FALSE(first_convolution_pays(convolution(32, 3, 16, 3)));
  EXPECT_TRUE(first_convolution_pays_forward(convolution(32, 3, 16, 3)));
  EXPECT_FALSE(first_convolution_pays_forward(convolution(28, 1, 32, 3)));
  kernels::ConvShape strided = convolution(28, 1, 32, 3);
  strided.stride_height = strided.stride_width = 2;
  EXPECT_FALSE(first_convolution_pays(strided));
}

TEST(KernelChoice, WinogradNeedsManyChannelsOnBothSides) {
  EXPECT_TRUE(winograd_pays(convolution(14, 32, 32, 3)));
  EXPECT_FALSE(winograd_pays(convolution(14, 16, 32, 3)));
  EXPECT_FALSE(winograd_pays(convolution(14, 32, 16, 3)));
  EXPECT_FALSE(winograd_pays(convolution(14, 32, 32, 5)));
}

TEST(KernelChoice, TilesWantHalfOfOneFilled) {
  EXPECT_FALSE(bf16_convolution_pays(convolution(14, 8, 32, 3)));
  EXPECT_FALSE(bf16_convolution_pays(convolution(14, 32, 8, 3)));
  EXPECT_TRUE(bf16_dense_pays({1, 1, 256}, 32));
  EXPECT_FALSE(bf16_dense_pays({1, 1, 256}, 10));
  EXPECT_FALSE(bf16_dense_pays({1, 1, 64}, 32));
}

}  // namespace
}  // namespace tailor
