#include "tailor/nn/kernels/winograd/winograd_weight_gradient.h"

#include "nn/kernels/conv_testing.h"
#include "tailor/nn/kernels/convolution/conv_reference.h"

namespace tailor::kernels {
namespace {

using WinogradGradient = ConvKernels;

const ConvShape shapes[] = {
    conv_shape(32, 32, 16, 16, 3, 1), conv_shape(16, 16, 32, 32, 3, 1),  conv_shape(8, 8, 64, 64, 3, 1),
    conv_shape(7, 7, 130, 144, 3, 1), conv_shape(14, 14, 64, 128, 3, 1), conv_shape(26, 26, 32, 64, 3, 0),
    conv_shape(11, 6, 17, 3, 3, 1),   conv_shape(7, 9, 3, 17, 3, 0),     conv_shape(5, 5, 1, 1, 3, 1),
    conv_shape(1, 1, 5, 7, 3, 1),     conv_shape(2, 13, 16, 80, 3, 1),   conv_shape(3, 3, 48, 24, 3, 0),
};

struct Case {
  Case(const ConvShape& shape, int count) : s(shape), images(count) {
    x = normals(static_cast<std::size_t>(images) * x_size(s), 1);
    for (std::size_t i = 0; i + guards < x.size(); ++i) x[i] = std::max(x[i], 0.0f);
    dy = normals(static_cast<std::size_t>(images) * y_size(s), 2);
    sum = filled(winograd_gradient_sum_floats(s), 0.0f);
    scratch = filled(winograd_gradient_scratch_floats(s));
  }
  void add(int first, int count) {
    winograd_gradient_add(s, count, x.data() + static_cast<std::size_t>(first) * x_size(s),
                          dy.data() + static_cast<std::size_t>(first) * y_size(s), sum.data(),
                          scratch.data());
  }
  std::vector<float> finish() {
    std::vector<float> dw = filled(weight_size(s));
    winograd_gradient_finish(s, sum.data(), dw.data());
    for (const auto* buffer : {&sum, &scratch, &dw}) expect_guards(*buffer);
    return dw;
  }
  std::vector<float> reference() const {
    std::vector<double> total(weight_size(s), 0.0);
    std::vector<float> one(weight_size(s));
    for (std::size_t i = 0; i < static_cast<std::size_t>(images); ++i) {
      reference::conv_backward_weights(s, x.data() + i * x_size(s), dy.data() + i * y_size(s), one.data(),
                                       nullptr);
      for (std::size_t k = 0; k < one.size(); ++k) total[k] += one[k];
    }
    return {total.begin(), total.end()};
  }
  ConvShape s;
  int images;
  std::vector<float> x, dy, sum, scratch;
};

TEST_P(WinogradGradient, AgreesWithTheReference) {
  for (const ConvShape& shape : shapes) {
    for (const int images : {1, 3}) {
      SCOPED_TRACE(text(shape) + ", images " + std::to_string(images));
      Case c(shape, images);
      c.add(0, images);
      EXPECT_LT(distance(c.finish(), c.reference(), weight_size(shape)), tolerance);
    }
  }
}

TEST_P(WinogradGradient, OfManyImagesAddsUp) {
  const ConvShape shape = conv_shape(8, 8, 16, 32, 3, 1);
  Case c(shape, 40);
  for (int first = 0; first < 40; first += 8) c.add(first, 8);
  EXPECT_LT(distance(c.finish(), c.reference(), weight_size(shape)), tolerance);
}

TEST_P(WinogradGradient, DoesNotDependOnWhatScratchHeld) {
  for (const ConvShape& shape : {conv_shape(13, 11, 20, 40, 3, 1), conv_shape(6, 6, 8, 4, 3, 0)}) {
    Case one(shape, 2), other(shape, 2);
    other.scratch = filled(winograd_gradient_scratch_floats(shape), 1e30f);
    one.add(0, 2);
    other.add(0, 2);
    EXPECT_EQ(one.finish(), other.finish());
  }
}

TEST_P(WinogradGradient, NaNReachesEveryWeightThatDependsOnIt) {
  const ConvShape shape = conv_shape(9, 8, 17, 20, 3, 1);
  Case c(shape, 1);
  c.dy[5] = not_a_number;
  c.add(0, 1);
  const std::vector<float> dw = c.finish(), expected = c.reference();
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_TRUE(!std::isnan(expected[i]) || std::isnan(dw[i]));
}

TAILOR_FOR_EACH_TARGET(WinogradGradient);

}  // namespace
}  // namespace tailor::kernels
