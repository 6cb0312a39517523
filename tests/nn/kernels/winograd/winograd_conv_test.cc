#include "tailor/nn/kernels/winograd/winograd_conv.h"

#include "nn/kernels/conv_testing.h"
#include "tailor/base/error.h"
#include "tailor/nn/kernels/convolution/conv_pool_reference.h"

namespace tailor::kernels {
namespace {

using Winograd = ConvKernels;

const ConvShape shapes[] = {
    conv_shape(26, 26, 32, 64, 3, 0),  // the default network's
    conv_shape(28, 28, 1, 32, 3, 0),  conv_shape(7, 9, 3, 17, 3, 0),   conv_shape(11, 6, 17, 3, 3, 1),
    conv_shape(14, 14, 64, 64, 3, 1), conv_shape(5, 5, 1, 1, 3, 1),    conv_shape(3, 3, 32, 16, 3, 0),
    conv_shape(1, 1, 5, 7, 3, 1),     conv_shape(2, 13, 16, 80, 3, 1), conv_shape(7, 7, 130, 144, 3, 1),
    conv_shape(13, 13, 32, 32, 3, 0), conv_shape(32, 32, 3, 64, 3, 1), conv_shape(4, 70, 8, 24, 3, 0),
};

struct Case {
  explicit Case(const ConvShape& shape) : s(shape) {
    x = normals(x_size(s), 1);
    for (std::size_t i = 0; i < x_size(s); ++i) x[i] = std::max(x[i], 0.0f);
    weights = normals(weight_size(s), 2, std::sqrt(2.0 / (9 * s.in_channels)));
    bias = normals(static_cast<std::size_t>(s.out_channels), 3, 0.1);
    transformed = filled(winograd_weight_floats(s));
    scratch = filled(winograd_scratch_floats(s, 1));
  }
  void transform() { winograd_transform_weights(s, weights.data(), transformed.data()); }
  std::vector<float> map(bool relu, bool with_bias = true) {
    std::vector<float> y = filled(y_size(s));
    winograd_forward(s, 1, x.data(), transformed.data(), with_bias ? bias.data() : nullptr, relu, y.data(),
                     scratch.data());
    for (const auto* buffer : {&y, &transformed, &scratch}) expect_guards(*buffer);
    return y;
  }
  std::vector<float> reference_map(bool relu, bool with_bias = true) const {
    std::vector<float> y(y_size(s));
    reference::conv_relu_forward(s, x.data(), weights.data(), with_bias ? bias.data() : nullptr, relu,
                                 y.data());
    return y;
  }
  ConvShape s;
  std::vector<float> x, weights, bias, transformed, scratch;
};

TEST_P(Winograd, MapAgreesWithTheReference) {
  for (const ConvShape& shape : shapes) {
    SCOPED_TRACE(text(shape));
    Case c(shape);
    c.transform();
    EXPECT_LT(distance(c.map(true), c.reference_map(true), y_size(shape)), tolerance);
    EXPECT_LT(distance(c.map(false), c.reference_map(false), y_size(shape)), tolerance);
    EXPECT_LT(distance(c.map(false, false), c.reference_map(false, false), y_size(shape)), tolerance);
  }
}

TEST_P(Winograd, PooledOutputAndPlacesAgreeWithTheReference) {
  for (const ConvShape& shape : shapes) {
    SCOPED_TRACE(text(shape));
    const std::size_t n = pooled_size(shape);
    Case c(shape);
    c.transform();
    std::vector<float> y = filled(n), expected(n);
    std::vector<std::uint8_t> places(n + guards, 77), expected_places(n);
    winograd_forward_pool(shape, c.x.data(), c.transformed.data(), c.bias.data(), {}, y.data(), places.data(),
                          c.scratch.data());
    expect_guards(y);
    expect_guards(c.scratch);
    for (std::size_t i = n; i < places.size(); ++i) ASSERT_EQ(places[i], 77);
    reference::conv_relu_pool_forward(shape, c.x.data(), c.weights.data(), c.bias.data(), expected.data(),
                                      expected_places.data());
    EXPECT_LT(distance(y, expected, n), tolerance);

    // A place may differ only between values that are equal up to rounding: what stands there is the maximum
    // too.
    const std::vector<float> map = c.reference_map(false);
    std::size_t different = 0;
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_LT(places[i], 4);
      different += places[i] != expected_places[i];
      const int width = shape.out_width / 2, o = shape.out_channels, pixel = static_cast<int>(i) / o;
      const int row = pixel / width * 2 + places[i] / 2, column = pixel % width * 2 + places[i] % 2;
      const int place = (row * shape.out_width + column) * o + static_cast<int>(i) % o;
      const float there = map[static_cast<std::size_t>(place)];
      ASSERT_NEAR(std::max(there, 0.0f), expected[i], 2e-5);
    }
    EXPECT_LE(different, n / 1000 + 1);
  }
}

TEST_P(Winograd, DropoutOfTheMaximaIsTheDropoutKernels) {
  for (const ConvShape& shape : shapes) {
    SCOPED_TRACE(text(shape));
    const std::size_t n = pooled_size(shape);
    Case c(shape);
    c.transform();
    std::vector<float> y(n), dropped(n);
    std::vector<std::uint8_t> places(n), dropped_places(n);
    const DropoutMask mask{123, 4567, 0.3f};
    winograd_forward_pool(shape, c.x.data(), c.transformed.data(), c.bias.data(), {}, y.data(), places.data(),
                          c.scratch.data());
    winograd_forward_pool(shape, c.x.data(), c.transformed.data(), c.bias.data(), mask, dropped.data(),
                          dropped_places.data(), c.scratch.data());
    dropout(y.data(), y.data(), n, mask);
    EXPECT_EQ(dropped, y);
    EXPECT_EQ(dropped_places, places);
  }
}

TEST_P(Winograd, FirstOfEqualMaximaWins) {
  Case c(conv_shape(10, 10, 16, 16, 3, 0));
  c.x = filled(x_size(c.s), 1.0f);
  c.transform();
  std::vector<float> y = filled(pooled_size(c.s));
  std::vector<std::uint8_t> places(y.size(), 9);
  // The same sums in every place of a tile only if all products are the same, as with weights of zero.
  c.weights = filled(weight_size(c.s), 0.0f);
  c.transform();
  winograd_forward_pool(c.s, c.x.data(), c.transformed.data(), c.bias.data(), {}, y.data(), places.data(),
                        c.scratch.data());
  for (std::size_t i = 0; i < pooled_size(c.s); ++i) {
    ASSERT_EQ(places[i], 0);
    ASSERT_EQ(y[i], std::max(c.bias[i % 16], 0.0f));
  }
}

TEST_P(Winograd, NaNReachesEveryOutputThatDependsOnIt) {
  for (const ConvShape& shape : {conv_shape(9, 8, 17, 20, 3, 1), conv_shape(10, 10, 16, 16, 3, 0)}) {
    SCOPED_TRACE(text(shape));
    for (std::size_t where : {std::size_t{0}, x_size(shape) / 2, x_size(shape) - 1}) {
      Case c(shape);
      c.x[where] = not_a_number;
      c.transform();
      const std::vector<float> y = c.map(true), expected = c.reference_map(true);
      for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_TRUE(!std::isnan(expected[i]) || std::isnan(y[i]));

      std::vector<float> pooled = filled(pooled_size(shape), 0.0f), pooled_expected(pooled_size(shape));
      std::vector<std::uint8_t> places(pooled.size());
      winograd_forward_pool(shape, c.x.data(), c.transformed.data(), c.bias.data(), {}, pooled.data(),
                            places.data(), c.scratch.data());
      reference::conv_relu_pool_forward(shape, c.x.data(), c.weights.data(), c.bias.data(),
                                        pooled_expected.data(), places.data());
      for (std::size_t i = 0; i < pooled_expected.size(); ++i) {
        ASSERT_TRUE(!std::isnan(pooled_expected[i]) || std::isnan(pooled[i]));
      }
    }
    Case c(shape);
    c.weights[5] = not_a_number;
    c.transform();
    const std::vector<float> y = c.map(true);
    for (std::size_t i = 0; i < y_size(shape); ++i) {
      ASSERT_EQ(std::isnan(y[i]), i % static_cast<std::size_t>(shape.out_channels) == 0);
    }
    c = Case(shape);
    c.bias[1] = not_a_number;
    c.transform();
    const std::vector<float> z = c.map(true);
    for (std::size_t i = 0; i < y_size(shape); ++i) {
      ASSERT_EQ(std::isnan(z[i]), i % static_cast<std::size_t>(shape.out_channels) == 1);
    }
  }
}

TEST_P(Winograd, ResultsDoNotDependOnWhatScratchHeld) {
  Case c(conv_shape(13, 11, 20, 40, 3, 1));
  c.transform();
  const std::vector<float> first = c.map(true);
  c.scratch = filled(winograd_scratch_floats(c.s, 1), 1e30f);
  EXPECT_EQ(c.map(true), first);
}

TEST_P(Winograd, ImagesTogetherAreTheSameBitsAsOneByOne) {
  for (const ConvShape& shape : {conv_shape(8, 8, 64, 64, 3, 1), conv_shape(7, 7, 130, 144, 3, 1),
                                 conv_shape(13, 6, 17, 20, 3, 0), conv_shape(32, 32, 16, 16, 3, 1)}) {
    SCOPED_TRACE(text(shape));
    const std::size_t images = 5;
    Case c(shape);
    c.transform();
    const std::vector<float> x = normals(images * x_size(shape), 8);
    std::vector<float> together = filled(images * y_size(shape)), single = filled(images * y_size(shape));
    std::vector<float> scratch = filled(winograd_scratch_floats(shape, 7));  // room for more
    winograd_forward(shape, static_cast<int>(images), x.data(), c.transformed.data(), c.bias.data(), true,
                     together.data(), scratch.data());
    for (const auto* buffer : {&together, &scratch}) expect_guards(*buffer);
    for (std::size_t i = 0; i < images; ++i)
      winograd_forward(shape, 1, x.data() + i * x_size(shape), c.transformed.data(), c.bias.data(), true,
                       single.data() + i * y_size(shape), c.scratch.data());
    EXPECT_EQ(together, single);
  }
}

TEST(WinogradSupport, OtherConvolutionsAreRefused) {
  EXPECT_TRUE(winograd_supports(conv_shape(26, 26, 32, 64, 3, 0)));
  EXPECT_FALSE(winograd_supports(conv_shape(26, 26, 32, 64, 5, 0)));
  EXPECT_FALSE(winograd_supports(conv_shape(26, 26, 32, 64, 3, 2)));
  for (const ConvShape& other : beyond_plain(conv_shape(27, 27, 32, 64, 3, 0)))
    EXPECT_FALSE(winograd_supports(other));
}

TEST(VectorTargets, AnUnknownNameIsRefusedAndTheBestIsTheDefault) {
  EXPECT_THROW(force_vector_target("AVX9"), Error);
  force_vector_target("");
  EXPECT_EQ(vector_target_name(), vector_targets().front());
}

TAILOR_FOR_EACH_TARGET(Winograd);

}  // namespace
}  // namespace tailor::kernels
