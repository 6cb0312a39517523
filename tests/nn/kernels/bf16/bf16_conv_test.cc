#include "tailor/nn/kernels/bf16/bf16_conv.h"

#include <algorithm>

#include "nn/kernels/bf16_testing.h"
#include "tailor/nn/kernels/convolution/conv_pool_reference.h"
#include "tailor/nn/kernels/convolution/conv_reference.h"

namespace tailor::kernels {
namespace {

using Bf16Conv = MatrixTiles;

const ConvShape shapes[] = {
    conv_shape(26, 26, 32, 64, 3, 0),  // the default network's
    conv_shape(6, 9, 1, 3, 3, 0),     conv_shape(7, 8, 3, 17, 3, 1),   conv_shape(11, 7, 17, 32, 3, 1),
    conv_shape(14, 14, 64, 64, 3, 1), conv_shape(5, 5, 48, 16, 3, 1),  conv_shape(3, 3, 33, 16, 3, 0),
    conv_shape(2, 2, 80, 1, 3, 1),    conv_shape(3, 70, 112, 9, 3, 1), conv_shape(4, 36, 8, 150, 3, 1),
    conv_shape(14, 14, 6, 16, 5, 0),  conv_shape(9, 10, 20, 40, 5, 2), conv_shape(7, 7, 64, 48, 1, 0),
};

// Operands are rounded once; what is left are the sums' own errors.
struct Case {
  explicit Case(const ConvShape& shape, double density = 1)
      : s(shape),
        map(bf16_map_size(s)),
        packed(bf16_weights_size(s)),
        flipped(bf16_weights_size(data_gradient_shape(s))),
        gradient_map(bf16_map_size(data_gradient_shape(s))),
        pairs(bf16_pairs_size(s)),
        transposed(bf16_transposed_size(s)),
        sums(bf16_sums_floats(s), 0) {
    x = rounded(normals(x_size(s), 1));
    weights = rounded(normals(weight_size(s), 2, std::sqrt(1.0 / (9 * s.in_channels))));
    bias = normals(static_cast<std::size_t>(s.out_channels), 3, 0.1);
    dy = rounded(normals(y_size(s), 4));
    pooled_dy = rounded(normals(pooled_size(s), 5));
    places.resize(pooled_size(s));
    const Key key(6);
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i] = static_cast<std::uint8_t>(key.below(i, 4));
      if (key.with(1).uniform(i) >= density) pooled_dy[i] = 0;
    }
    dx = filled(x_size(s));
    dw = filled(weight_size(s));
    db = normals(static_cast<std::size_t>(s.out_channels), 7);
  }
  void pack() {
    bf16_pack_weights(s, weights.data(), packed.data());
    bf16_pack_flipped_weights(s, weights.data(), flipped.data());
    bf16_round_image(s, x.data(), map.data());
  }
  void gradients() {
    bf16_transpose_map(s, map.data(), transposed.data());
    bf16_weight_gradient(s, transposed.data(), pairs.data(), sums.data());
    bf16_unpack_gradient(s, sums.data(), dw.data());
    bf16_forward(data_gradient_shape(s), gradient_map.data(), flipped.data(), nullptr, false, dx.data());
    for (const auto* buffer : {&map, &packed, &flipped, &gradient_map, &pairs, &transposed})
      buffer->expect_guard();
    for (const auto* buffer : {&dx, &dw, &db}) expect_guards(*buffer);
    sums.expect_guard();
  }
  ConvShape s;
  std::vector<float> x, weights, bias, dy, pooled_dy, dx, dw, db;
  std::vector<std::uint8_t> places;
  Bf16Buffer map, packed, flipped, gradient_map, pairs, transposed;
  LineFloats sums;
};

TEST_P(Bf16Conv, MapAgreesWithTheReference) {
  for (const ConvShape& shape : shapes) {
    SCOPED_TRACE(text(shape));
    Case c(shape);
    c.pack();
    for (const bool relu : {false, true}) {
      for (const float* bias :
           {static_cast<const float*>(nullptr), static_cast<const float*>(c.bias.data())}) {
        std::vector<float> y = filled(y_size(shape)), expected(y_size(shape));
        bf16_forward(shape, c.map.data(), c.packed.data(), bias, relu, y.data());
        expect_guards(y);
        reference::conv_relu_forward(shape, c.x.data(), c.weights.data(), bias, relu, expected.data());
        EXPECT_LT(distance(y, expected, y_size(shape)), tolerance);
      }
    }
  }
}

TEST_P(Bf16Conv, PooledOutputAndPlacesAgreeWithTheReference) {
  for (const ConvShape& shape : shapes) {
    if (shape.out_height < 2 || shape.out_width < 2) continue;
    SCOPED_TRACE(text(shape));
    const std::size_t n = pooled_size(shape);
    Case c(shape);
    c.pack();
    std::vector<float> y = filled(n), expected(n);
    std::vector<std::uint8_t> places(n + guards, 77), expected_places(n);
    bf16_forward_pool(shape, c.map.data(), c.packed.data(), c.bias.data(), y.data(), places.data());
    expect_guards(y);
    for (std::size_t i = n; i < places.size(); ++i) ASSERT_EQ(places[i], 77);
    reference::conv_relu_pool_forward(shape, c.x.data(), c.weights.data(), c.bias.data(), expected.data(),
                                      expected_places.data());
    EXPECT_LT(distance(y, expected, n), tolerance);
    // Where values are equal up to rounding another place may be the largest; where ReLU silenced all, any.
    std::size_t different = 0;
    for (std::size_t i = 0; i < n; ++i) different += expected[i] > 0 && places[i] != expected_places[i];
    EXPECT_LE(different, n / 1000);
  }
}

TEST_P(Bf16Conv, GradientsAgreeWithTheReference) {
  for (const ConvShape& shape : shapes) {
    SCOPED_TRACE(text(shape));
    Case c(shape);
    c.pack();
    std::vector<float> dx(x_size(shape)), dw(weight_size(shape)), db(c.db.size());
    reference::conv_backward_data(shape, c.dy.data(), c.weights.data(), dx.data());
    reference::conv_backward_weights(shape, c.x.data(), c.dy.data(), dw.data(), db.data());
    const std::vector<float> before = c.db;
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape.out_channels); ++i) db[i] += before[i];
    bf16_spread_gradient(shape, c.dy.data(), nullptr, c.gradient_map.data(), c.pairs.data(), c.db.data());
    c.gradients();
    EXPECT_LT(distance(c.dx, dx, x_size(shape)), tolerance);
    EXPECT_LT(distance(c.dw, dw, weight_size(shape)), tolerance);
    EXPECT_LT(distance(c.db, db, static_cast<std::size_t>(shape.out_channels)), tolerance);
  }
}

TEST_P(Bf16Conv, PooledGradientsAgreeWithTheReference) {
  for (const ConvShape& shape : shapes) {
    if (shape.out_height < 2 || shape.out_width < 2) continue;
    for (const double density : {0.0, 0.3, 1.0}) {
      SCOPED_TRACE(text(shape) + ", density " + std::to_string(density));
      Case c(shape, density);
      c.pack();
      std::vector<float> dx(x_size(shape)), dw(weight_size(shape), 0.0f), db = c.db;
      reference::conv_pool_data_gradient(shape, c.weights.data(), c.pooled_dy.data(), c.places.data(),
                                         dx.data());
      reference::conv_pool_weight_gradient(shape, c.x.data(), c.pooled_dy.data(), c.places.data(), dw.data(),
                                           db.data());
      bf16_spread_pooled_gradient(shape, c.pooled_dy.data(), nullptr, c.places.data(), c.gradient_map.data(),
                                  c.pairs.data(), c.db.data());
      c.gradients();
      EXPECT_LT(distance(c.dx, dx, x_size(shape)), tolerance);
      EXPECT_LT(distance(c.dw, dw, weight_size(shape)), tolerance);
      EXPECT_LT(distance(c.db, db, static_cast<std::size_t>(shape.out_channels)), tolerance);
    }
  }
}

TEST_P(Bf16Conv, OutputsThatReluSilencedReceiveNothing) {
  const ConvShape shape = conv_shape(12, 10, 20, 18, 3, 1);
  for (const bool pooled : {false, true}) {
    Case c(shape), expected(shape);
    c.pack(), expected.pack();
    const auto silence = [](const std::vector<float>& y, std::vector<float>& gradient, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i)
        if (y[i] <= 0) gradient[i] = 0;
    };
    const std::vector<float> y = normals(pooled ? pooled_size(shape) : y_size(shape), 9);
    silence(y, pooled ? expected.pooled_dy : expected.dy, pooled ? pooled_size(shape) : y_size(shape));
    const auto spread = [&](Case& it, const float* output) {
      if (pooled)
        bf16_spread_pooled_gradient(shape, it.pooled_dy.data(), output, it.places.data(),
                                    it.gradient_map.data(), it.pairs.data(), it.db.data());
      else
        bf16_spread_gradient(shape, it.dy.data(), output, it.gradient_map.data(), it.pairs.data(),
                             it.db.data());
      it.gradients();
    };
    spread(c, y.data());
    spread(expected, nullptr);
    EXPECT_EQ(c.dx, expected.dx);
    EXPECT_EQ(c.dw, expected.dw);
    EXPECT_EQ(c.db, expected.db);
  }
}

TEST_P(Bf16Conv, ValuesAreRoundedToTheNearest) {
  // 1 x 1 image and kernel: the product of two rounded values.
  const ConvShape shape = conv_shape(1, 1, 1, 1, 1, 0);
  const float values[] = {
      1.00390625f /* a tie: down to even */, 1.01171875f /* a tie: up */, 1.0039063f, -3.3e38f, 1e-30f, 0.1f};
  for (const float value : values) {
    Case c(shape);
    c.x[0] = value, c.weights[0] = 1;
    c.pack();
    float y = 0;
    bf16_forward(shape, c.map.data(), c.packed.data(), nullptr, false, &y);
    EXPECT_EQ(y, reference::round_to_bf16(value)) << value;
  }
}

TEST_P(Bf16Conv, NaNReachesEveryResultThatDependsOnIt) {
  for (const ConvShape& shape : {conv_shape(10, 10, 32, 16, 3, 0), conv_shape(7, 8, 5, 19, 3, 1)}) {
    SCOPED_TRACE(text(shape));
    const auto nans = [](const std::vector<float>& v) {
      return std::count_if(v.begin(), v.end(), [](float value) { return std::isnan(value); });
    };
    const auto covers = [&](const std::vector<float>& actual, const std::vector<float>& expected,
                            std::size_t n) {
      EXPECT_GT(nans(expected), 0);
      for (std::size_t i = 0; i < n; ++i)
        if (std::isnan(expected[i])) {
          ASSERT_TRUE(std::isnan(actual[i])) << i;
        }
    };
    Case c(shape);
    c.x[x_size(shape) / 2] = not_a_number;
    c.dy[y_size(shape) / 2] = not_a_number;
    c.pack();
    std::vector<float> y = filled(y_size(shape)), expected(y_size(shape)), dx(x_size(shape)),
                       dw(weight_size(shape)), pooled = filled(pooled_size(shape)),
                       expected_pooled(pooled_size(shape));
    std::vector<std::uint8_t> places(pooled_size(shape));
    bf16_forward(shape, c.map.data(), c.packed.data(), nullptr, true, y.data());
    reference::conv_relu_forward(shape, c.x.data(), c.weights.data(), nullptr, true, expected.data());
    covers(y, expected, y_size(shape));
    bf16_forward_pool(shape, c.map.data(), c.packed.data(), nullptr, pooled.data(), places.data());
    reference::conv_relu_pool_forward(shape, c.x.data(), c.weights.data(), nullptr, expected_pooled.data(),
                                      places.data());
    covers(pooled, expected_pooled, pooled_size(shape));
    bf16_spread_gradient(shape, c.dy.data(), nullptr, c.gradient_map.data(), c.pairs.data(), nullptr);
    c.gradients();
    reference::conv_backward_data(shape, c.dy.data(), c.weights.data(), dx.data());
    reference::conv_backward_weights(shape, c.x.data(), c.dy.data(), dw.data(), nullptr);
    covers(c.dx, dx, x_size(shape));
    covers(c.dw, dw, weight_size(shape));
  }
}

TAILOR_FOR_EACH_MATRIX_UNIT(Bf16Conv);

// Filters that are not square would need another border for the gradient's rows than for its columns.
TEST(Bf16ConvSupport, OtherConvolutionsAreRefused) {
  const ConvShape plain = conv_shape(12, 10, 20, 18, 3, 1);
  EXPECT_TRUE(bf16_conv_supports(plain));
  for (const ConvShape& other : beyond_plain(plain)) EXPECT_FALSE(bf16_conv_supports(other));
  ConvShape oblong = plain;
  oblong.kernel_width = 5, oblong.out_width = 8;
  EXPECT_FALSE(bf16_conv_supports(oblong));
}

}  // namespace
}  // namespace tailor::kernels
