// Dense layers against plain loops, in parts and whole, with NaN; the reference's gradients numerically.
#include "tailor/nn/kernels/layers/dense.h"

#include <limits>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"
#include "tailor/nn/kernels/layers/bias_gradient.h"

namespace tailor::kernels {
namespace {

struct Size {
  int rows, in, out;
};

constexpr Size sizes[] = {{1, 1, 1},      {1, 7, 3},      {2, 128, 10}, {33, 17, 65},
                          {128, 100, 10}, {64, 300, 128}, {5, 1, 9}};

TEST(Dense, MatchesTheReference) {
  for_each_target([] {
    for (const auto& [rows, in, out] : sizes) {
      SCOPED_TRACE(testing::Message() << rows << ' ' << in << ' ' << out);
      const auto x = random_values(rows * in, 1, 0.4), w = random_values(in * out, 2),
                 b = random_values(out, 3);
      const auto dy = random_values(rows * out, 4, 0.3);
      std::vector<float> y(rows * out, 9), y_expected(rows * out);
      dense_forward(x.data(), w.data(), b.data(), y.data(), rows, in, out);
      reference::dense_forward(x.data(), w.data(), b.data(), y_expected.data(), rows, in, out);
      expect_close(y, y_expected, 1e-5, std::sqrt(in));
      const float* no_bias = nullptr;
      y.assign(rows * out, std::numeric_limits<float>::quiet_NaN());  // must be overwritten, not added to
      dense_forward(x.data(), w.data(), no_bias, y.data(), rows, in, out);
      reference::dense_forward(x.data(), w.data(), no_bias, y_expected.data(), rows, in, out);
      expect_close(y, y_expected, 1e-5, std::sqrt(in));

      std::vector<float> dx(rows * in, std::numeric_limits<float>::quiet_NaN()), dx_expected(rows * in);
      dense_backward_data(dy.data(), w.data(), dx.data(), rows, in, out);
      reference::dense_backward_data(dy.data(), w.data(), dx_expected.data(), rows, in, out);
      expect_close(dx, dx_expected, 1e-5, std::sqrt(out));

      std::vector<float> dw(in * out, std::numeric_limits<float>::quiet_NaN()), dw_expected(in * out);
      const int half = in / 2;
      dense_backward_weights(x.data(), dy.data(), dw.data(), rows, 0, half, in, out);
      dense_backward_weights(x.data(), dy.data(), dw.data(), rows, half, in - half, in, out);
      reference::dense_backward_weights(x.data(), dy.data(), dw_expected.data(), rows, 0, in, in, out);
      expect_close(dw, dw_expected, 1e-5, std::sqrt(rows));
    }
  });
}

TEST(Dense, NotANumberPasses) {
  for_each_target([] {
    std::vector<float> x = {0, 1, 0, 1}, w(2 * 3, 1), y(2 * 3);
    w[1] = std::numeric_limits<float>::quiet_NaN();  // even where x is zero
    dense_forward(x.data(), w.data(), nullptr, y.data(), 2, 2, 3);
    expect_close(y, {1, w[1], 1, 1, w[1], 1}, 0);
  });
}

TEST(Dense, ReferenceGradients) {
  const int rows = 3, in = 4, out = 2;
  const auto x = random_values<double>(rows * in, 1), w = random_values<double>(in * out, 2),
             b = random_values<double>(out, 3), dy = random_values<double>(rows * out, 4);
  const auto value = [&](const auto& x1, const auto& w1, const auto& b1) {
    std::vector<double> y(rows * out);
    reference::dense_forward(x1.data(), w1.data(), b1.data(), y.data(), rows, in, out);
    return dot(y, dy);
  };
  std::vector<double> dx(x.size()), dw(w.size()), db(b.size());
  reference::dense_backward_data(dy.data(), w.data(), dx.data(), rows, in, out);
  reference::dense_backward_weights(x.data(), dy.data(), dw.data(), rows, 0, 1, in, out);
  reference::dense_backward_weights(x.data(), dy.data(), dw.data(), rows, 1, in - 1, in, out);
  reference::bias_gradient(dy.data(), rows, out, db.data());
  expect_gradient(dx, x, [&](const auto& x1) { return value(x1, w, b); });
  expect_gradient(dw, w, [&](const auto& w1) { return value(x, w1, b); });
  expect_gradient(db, b, [&](const auto& b1) { return value(x, w, b1); });
}

}  // namespace
}  // namespace tailor::kernels
