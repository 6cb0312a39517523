#include "tailor/nn/kernels/sparse/sparse_conv.h"

#include "nn/kernels/conv_testing.h"
#include "tailor/nn/kernels/convolution/conv_pool_reference.h"

namespace tailor::kernels {
namespace {

using SparseConv = ConvKernels;

const ConvShape shapes[] = {
    conv_shape(26, 26, 32, 64, 3, 0),  // the default network's
    conv_shape(6, 9, 1, 3, 3, 0),     conv_shape(7, 8, 3, 17, 3, 1),    conv_shape(11, 7, 17, 32, 3, 1),
    conv_shape(9, 13, 64, 64, 3, 0),  conv_shape(14, 14, 64, 20, 3, 1), conv_shape(5, 5, 48, 16, 3, 1),
    conv_shape(13, 4, 16, 5, 3, 0),   conv_shape(3, 3, 32, 16, 3, 0),   conv_shape(2, 2, 80, 1, 3, 1),
    conv_shape(3, 70, 112, 9, 3, 1),  conv_shape(4, 6, 8, 150, 3, 1),
};

struct Case {
  // A share `density` of the gradients is not zero.
  Case(const ConvShape& shape, double density) : s(shape) {
    x = normals(x_size(s), 1);
    weights = normals(weight_size(s), 2);
    gradient = normals(pooled_size(s), 3);
    places.assign(pooled_size(s) + guards, 250);
    const Key key(4);
    for (std::size_t i = 0; i < pooled_size(s); ++i) {
      places[i] = static_cast<std::uint8_t>(key.below(i, 4));
      if (key.with(1).uniform(i) >= density) gradient[i] = key.with(2).below(i, 2) ? 0.0f : -0.0f;
    }
    scratch = filled(sparse_scratch_floats(s));
    packed = filled(sparse_weight_floats(s));
    dx = filled(x_size(s));
    dw = normals(weight_size(s), 5);  // gradients are added to what is there
    db = normals(static_cast<std::size_t>(s.out_channels), 6);
  }
  SparseGradient scan(const float* y = nullptr, float scale = 1) {
    return sparse_scan(s, gradient.data(), scale, y, places.data(), scratch.data());
  }
  void run(const float* y = nullptr, float scale = 1) {
    sparse_pack_weights(s, weights.data(), packed.data());
    const SparseGradient g = scan(y, scale);
    sparse_weight_gradient(s, x.data(), g, dw.data(), db.data());
    sparse_data_gradient(s, packed.data(), g, dx.data());
    for (const auto* buffer : {&scratch, &packed, &dx, &dw, &db}) expect_guards(*buffer);
  }
  void run_reference() {
    reference::conv_pool_weight_gradient(s, x.data(), gradient.data(), places.data(), dw.data(), db.data());
    reference::conv_pool_data_gradient(s, weights.data(), gradient.data(), places.data(), dx.data());
  }
  ConvShape s;
  std::vector<float> x, weights, gradient, scratch, packed, dx, dw, db;
  std::vector<std::uint8_t> places;
};

TEST_P(SparseConv, GradientsAgreeWithTheReference) {
  for (const ConvShape& shape : shapes) {
    for (double density : {0.0, 0.1, 0.5, 1.0}) {
      SCOPED_TRACE(text(shape) + ", density " + std::to_string(density));
      Case c(shape, density), expected(shape, density);
      c.run();
      expected.run_reference();
      EXPECT_LT(distance(c.dx, expected.dx, x_size(shape)), tolerance);
      EXPECT_LT(distance(c.dw, expected.dw, weight_size(shape)), tolerance);
      EXPECT_LT(distance(c.db, expected.db, static_cast<std::size_t>(shape.out_channels)), tolerance);
    }
  }
}

TEST_P(SparseConv, MasksMarkEveryNonZeroAtItsPlace) {
  for (const ConvShape& shape : {shapes[0], shapes[3], shapes[5], conv_shape(5, 5, 1, 150, 3, 1)}) {
    SCOPED_TRACE(text(shape));
    Case c(shape, 0.3);
    const SparseGradient g = c.scan();
    const std::size_t channels = static_cast<std::size_t>(shape.out_channels), words = (channels + 63) / 64;
    int count = 0;
    for (std::size_t i = 0; i < pooled_size(shape); ++i) {
      for (std::size_t a = 0; a < 4; ++a) {
        const std::size_t q = i / channels, o = i % channels;
        const bool set = g.masks[(q * 4 + a) * words + o / 64] >> (o % 64) & 1;
        ASSERT_EQ(set, c.gradient[i] != 0 && c.places[i] == a);
        count += set;
      }
    }
    EXPECT_EQ(count, g.count);
  }
}

TEST_P(SparseConv, OutputsThatReluSilencedReceiveNothing) {
  const ConvShape shape = conv_shape(12, 10, 20, 18, 3, 1);
  Case c(shape, 1.0), expected(shape, 1.0);
  std::vector<float> y = normals(pooled_size(shape), 9);
  for (std::size_t i = 0; i < pooled_size(shape); ++i) {
    if (y[i] < 0) y[i] = 0;
    if (y[i] == 0) expected.gradient[i] = 0;
  }
  c.run(y.data());
  expected.run_reference();
  EXPECT_LT(distance(c.dx, expected.dx, x_size(shape)), tolerance);
  EXPECT_LT(distance(c.dw, expected.dw, weight_size(shape)), tolerance);
  EXPECT_LT(distance(c.db, expected.db, static_cast<std::size_t>(shape.out_channels)), tolerance);
}

TEST_P(SparseConv, ScalingIsThatOfTheGradient) {
  for (const ConvShape& shape : {shapes[0], shapes[2], shapes[11]}) {
    SCOPED_TRACE(text(shape));
    Case c(shape, 0.4), scaled(shape, 0.4);
    for (float& g : scaled.gradient) g *= 1.7f;
    c.run(nullptr, 1.7f);
    scaled.run();
    EXPECT_EQ(c.dx, scaled.dx);
    EXPECT_EQ(c.dw, scaled.dw);
    EXPECT_EQ(c.db, scaled.db);
  }
}

// NaN in the result exactly where the reference has it; `more` lets other elements be NaN too.
void expect_same_nans(const std::vector<float>& a, const std::vector<float>& b, std::size_t n,
                      bool more = false) {
  std::size_t nans = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!more || std::isnan(b[i])) {
      ASSERT_EQ(std::isnan(a[i]), std::isnan(b[i])) << i;
    }
    nans += std::isnan(b[i]);
  }
  EXPECT_GT(nans, 0u);
}

TEST_P(SparseConv, NaNReachesEveryGradientThatDependsOnIt) {
  for (const ConvShape& shape : {conv_shape(10, 10, 32, 16, 3, 0), conv_shape(7, 8, 5, 19, 3, 1)}) {
    SCOPED_TRACE(text(shape));
    {
      Case c(shape, 0.5), expected(shape, 0.5);
      c.gradient[7] = expected.gradient[7] = not_a_number;
      c.run();
      expected.run_reference();
      // NaN times the zero border is NaN, where the reference skips the border.
      expect_same_nans(c.dw, expected.dw, weight_size(shape), shape.padding() > 0);
      expect_same_nans(c.dx, expected.dx, x_size(shape));
      expect_same_nans(c.db, expected.db, static_cast<std::size_t>(shape.out_channels));
    }
    {
      Case c(shape, 0.5), expected(shape, 0.5);
      c.x[x_size(shape) / 2] = expected.x[x_size(shape) / 2] = not_a_number;
      c.weights[3] = expected.weights[3] = not_a_number;
      c.run();
      expected.run_reference();
      expect_same_nans(c.dw, expected.dw, weight_size(shape));
      expect_same_nans(c.dx, expected.dx, x_size(shape));
    }
    {
      // An output that is NaN has not been silenced by ReLU.
      Case c(shape, 1.0);
      std::vector<float> y = filled(pooled_size(shape), 0.0f);
      y[3] = not_a_number;
      EXPECT_EQ(c.scan(y.data()).count, 1);
    }
  }
}

TEST_P(SparseConv, ResultsDoNotDependOnWhatScratchHeld) {
  Case a(conv_shape(9, 9, 19, 21, 3, 1), 0.4), b(a.s, 0.4);
  b.scratch = filled(sparse_scratch_floats(b.s), 1e30f);
  a.run();
  b.run();
  EXPECT_EQ(a.dx, b.dx);
  EXPECT_EQ(a.dw, b.dw);
  EXPECT_EQ(a.db, b.db);
}

TEST(SparseSupport, OtherConvolutionsAreRefused) {
  EXPECT_TRUE(sparse_supports(conv_shape(12, 10, 20, 18, 3, 1)));
  EXPECT_FALSE(sparse_supports(conv_shape(12, 10, 20, 18, 5, 1)));
  for (const ConvShape& other : beyond_plain(conv_shape(12, 10, 20, 18, 3, 0)))
    EXPECT_FALSE(sparse_supports(other));
}

TAILOR_FOR_EACH_TARGET(SparseConv);

}  // namespace
}  // namespace tailor::kernels
