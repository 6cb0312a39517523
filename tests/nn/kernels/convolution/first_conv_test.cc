#include "tailor/nn/kernels/convolution/first_conv.h"

#include "nn/kernels/conv_testing.h"
#include "tailor/nn/kernels/convolution/conv_pool_reference.h"

namespace tailor::kernels {
namespace {

using FirstConv = ConvKernels;

const ConvShape shapes[] = {
    conv_shape(28, 28, 1, 32, 3, 0),  // the default network's
    conv_shape(28, 28, 1, 6, 5, 2),   // LeNet's
    conv_shape(32, 32, 3, 64, 3, 1),  // VGG's
    conv_shape(9, 13, 3, 17, 5, 2),  conv_shape(5, 7, 1, 1, 3, 0),  conv_shape(3, 3, 1, 33, 3, 1),
    conv_shape(6, 11, 4, 48, 1, 0),  conv_shape(7, 7, 2, 20, 7, 3), conv_shape(4, 5, 17, 31, 2, 0),
    conv_shape(1, 1, 3, 16, 3, 1),
};

std::size_t channels(const ConvShape& s) { return static_cast<std::size_t>(s.out_channels); }

struct Case {
  explicit Case(const ConvShape& shape) : s(shape) {
    x = normals(x_size(s), 1);
    weights = normals(weight_size(s), 2, 0.3);
    bias = normals(channels(s), 3);
    dy = normals(y_size(s), 4);
    dw = normals(weight_size(s), 5);  // gradients are added to what is there
    db = normals(channels(s), 6);
    scratch = filled(first_conv_scratch_floats(s));
  }
  std::vector<float> forward(bool relu, bool with_bias = true) {
    std::vector<float> packed = filled(first_conv_weight_floats(s)), y = filled(y_size(s));
    first_conv_pack_weights(s, weights.data(), packed.data());
    first_conv_forward(s, x.data(), packed.data(), with_bias ? bias.data() : nullptr, relu, y.data(),
                       scratch.data());
    for (const auto* buffer : {&packed, &y, &scratch}) expect_guards(*buffer);
    return y;
  }
  std::vector<float> reference_forward(bool relu, bool with_bias = true) const {
    std::vector<float> y = filled(y_size(s));
    reference::conv_relu_forward(s, x.data(), weights.data(), with_bias ? bias.data() : nullptr, relu,
                                 y.data());
    return y;
  }
  void backward(const float* y) {
    first_conv_weight_gradient(s, x.data(), y, dy.data(), dw.data(), db.data(), scratch.data());
    for (const auto* buffer : {&dw, &db, &scratch}) expect_guards(*buffer);
  }
  void reference_backward(const float* y) {
    reference::conv_relu_weight_gradient(s, x.data(), y, dy.data(), dw.data(), db.data());
  }
  ConvShape s;
  std::vector<float> x, weights, bias, dy, dw, db, scratch;
};

TEST_P(FirstConv, ForwardAgreesWithTheReference) {
  for (const ConvShape& shape : shapes) {
    SCOPED_TRACE(text(shape));
    Case c(shape);
    EXPECT_LT(distance(c.forward(true), c.reference_forward(true), y_size(shape)), tolerance);
    EXPECT_LT(distance(c.forward(false), c.reference_forward(false), y_size(shape)), tolerance);
    EXPECT_LT(distance(c.forward(false, false), c.reference_forward(false, false), y_size(shape)), tolerance);
  }
}

TEST_P(FirstConv, GradientsAgreeWithTheReference) {
  for (const ConvShape& shape : shapes) {
    SCOPED_TRACE(text(shape));
    for (bool masked : {true, false}) {
      Case c(shape), expected(shape);
      const std::vector<float> y = c.reference_forward(true);
      c.backward(masked ? y.data() : nullptr);
      expected.reference_backward(masked ? y.data() : nullptr);
      EXPECT_LT(distance(c.dw, expected.dw, weight_size(shape)), tolerance);
      EXPECT_LT(distance(c.db, expected.db, channels(shape)), tolerance);
    }
  }
}

TEST_P(FirstConv, ZeroGradientsChangeNothing) {
  Case c(conv_shape(8, 9, 3, 20, 3, 1)), before(c.s);
  c.dy = filled(y_size(c.s), 0.0f);
  c.backward(nullptr);
  EXPECT_EQ(c.dw, before.dw);
  EXPECT_EQ(c.db, before.db);
}

TEST_P(FirstConv, NaNPassesExactlyWhereItIsUsed) {
  const ConvShape shape = conv_shape(9, 10, 1, 20, 3, 0);
  for (std::size_t where : {std::size_t{0}, std::size_t{37}, x_size(shape) - 1}) {
    Case c(shape), expected(shape);
    c.x[where] = expected.x[where] = not_a_number;
    const std::vector<float> y = c.forward(true), expected_y = expected.reference_forward(true);
    for (std::size_t i = 0; i < y_size(shape); ++i)
      ASSERT_EQ(std::isnan(y[i]), std::isnan(expected_y[i])) << i;
    // An output that is NaN was not silenced: its gradient passes too.
    c.backward(y.data());
    expected.reference_backward(expected_y.data());
    std::size_t nans = 0;
    for (std::size_t i = 0; i < weight_size(shape); ++i) {
      ASSERT_TRUE(!std::isnan(expected.dw[i]) || std::isnan(c.dw[i])) << i;
      nans += std::isnan(expected.dw[i]);
    }
    EXPECT_GT(nans, 0u);
  }
  Case c(shape);
  c.dy[21] = not_a_number;  // the second channel's
  c.backward(nullptr);
  for (std::size_t i = 0; i < weight_size(shape); ++i) ASSERT_EQ(std::isnan(c.dw[i]), i / 9 == 1);
  for (std::size_t i = 0; i < channels(shape); ++i) ASSERT_EQ(std::isnan(c.db[i]), i == 1);
}

TEST_P(FirstConv, AnOutputThatIsNaNLetsItsGradientPass) {
  Case c(conv_shape(4, 4, 1, 16, 3, 0)), before(c.s);
  const std::vector<float> y = filled(y_size(c.s), not_a_number);
  c.backward(y.data());
  before.reference_backward(nullptr);
  EXPECT_LT(distance(c.dw, before.dw, weight_size(c.s)), tolerance);
}

TEST(FirstConvSupport, IsForPlainShapes) {
  const ConvShape plain = conv_shape(28, 28, 2, 32, 3, 0);
  EXPECT_TRUE(first_conv_supports(plain));
  for (const ConvShape& other : beyond_plain(plain)) EXPECT_FALSE(first_conv_supports(other));
}

TAILOR_FOR_EACH_TARGET(FirstConv);

}  // namespace
}  // namespace tailor::kernels
