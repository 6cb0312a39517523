// The dense layer that walks non-zeros against the plain dense one: all densities, odd sizes, parts, NaN.
#include "tailor/nn/kernels/sparse/sparse_dense.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"
#include "tailor/nn/kernels/layers/dense.h"

namespace tailor::kernels {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

struct Size {
  int rows, in, out;
};

constexpr Size sizes[] = {{1, 1, 1},     {2, 31, 10},  {3, 64, 16},   {5, 65, 128},
                          {9, 100, 130}, {4, 257, 65}, {32, 300, 256}};

struct Gradients {
  Gradients(const std::vector<float>& dy, int rows, int out)
      : memory(sparse_gradients_bytes(rows, out) / sizeof(float)),
        scratch(sparse_backward_scratch(rows, out), nan),
        lists(memory.data(), rows, out),
        count(sparse_compress_gradients(dy.data(), lists)) {}
  std::vector<float> memory, scratch;
  SparseGradients lists;
  std::int64_t count;
};

std::int64_t nonzeros(const std::vector<float>& v) {
  return static_cast<std::int64_t>(v.size()) - std::count(v.begin(), v.end(), 0.0f);
}

TEST(SparseDense, ForwardMatchesTheReferenceAtEveryDensity) {
  for_each_target([] {
    for (const auto& [rows, in, out] : sizes)
      for (const double zeros : {0.0, 0.3, 0.8, 1.0}) {
        SCOPED_TRACE(testing::Message() << rows << ' ' << in << ' ' << out << ' ' << zeros);
        const auto x = random_values(rows * in, 1, zeros), w = random_values(in * out, 2),
                   b = random_values(out, 3);
        const int half = rows / 2;
        for (const float* bias : {b.data(), static_cast<const float*>(nullptr)}) {
          std::vector<float> y(rows * out, nan), expected(rows * out);
          sparse_dense_forward(x.data(), w.data(), bias, y.data(), half, in, out);
          sparse_dense_forward(x.data() + half * in, w.data(), bias, y.data() + half * out, rows - half, in,
                               out);
          reference::dense_forward(x.data(), w.data(), bias, expected.data(), rows, in, out);
          expect_close(y, expected, 1e-5, std::sqrt(in));
        }
      }
  });
}

TEST(SparseDense, DensityIsThatOfEveryEighthRow) {
  for_each_target([] {
    const int rows = 20, in = 150;
    const auto x = random_values(rows * in, 1, 0.4);
    std::int64_t some = 0;
    for (int r = 0; r < rows; r += 8)
      some += nonzeros(std::vector<float>(x.begin() + r * in, x.begin() + (r + 1) * in));
    EXPECT_EQ(sparse_density(x.data(), rows, in), static_cast<double>(some) / (3 * in));
    EXPECT_EQ(sparse_density(std::vector<float>(100, 0.0f).data(), 2, 50), 0);
    EXPECT_EQ(sparse_density(std::vector<float>(100, nan).data(), 2, 50), 1);
  });
}

TEST(SparseDense, BackwardMatchesTheReferenceAtEveryDensity) {
  for_each_target([] {
    for (const auto& [rows, in, out] : sizes)
      for (const double zeros : {0.0, 0.3, 0.8, 1.0}) {
        SCOPED_TRACE(testing::Message() << rows << ' ' << in << ' ' << out << ' ' << zeros);
        const auto x = random_values(rows * in, 1, 0.5), w = random_values(in * out, 2),
                   dy = random_values(rows * out, 4, zeros);
        Gradients gradients(dy, rows, out);
        EXPECT_EQ(gradients.count, nonzeros(dy));
        const std::size_t guard = 20;  // the last columns of dx must not be passed
        std::vector<float> dw(in * out, nan), dx(rows * in + guard, nan), dw_expected(in * out),
            dx_expected(rows * in);
        const int part = in / 3;
        float* scratch = gradients.scratch.data();
        sparse_dense_backward(gradients.lists, x.data(), w.data(), dw.data(), dx.data(), part, in - part, in,
                              scratch);
        sparse_dense_backward(gradients.lists, x.data(), w.data(), dw.data(), dx.data(), 0, part, in,
                              scratch);
        for (std::size_t i = dx.size() - guard; i < dx.size(); ++i) EXPECT_TRUE(std::isnan(dx[i]));
        dx.resize(rows * in);
        reference::dense_backward_weights(x.data(), dy.data(), dw_expected.data(), rows, 0, in, in, out);
        reference::dense_backward_data(dy.data(), w.data(), dx_expected.data(), rows, in, out);
        expect_close(dw, dw_expected, 1e-5, std::sqrt(rows));
        expect_close(dx, dx_expected, 1e-5, std::sqrt(out));

        std::vector<float> alone(in * out, nan);
        sparse_dense_backward(gradients.lists, x.data(), w.data(), alone.data(), nullptr, 0, in, in, scratch);
        EXPECT_EQ(alone, dw);
      }
  });
}

TEST(SparseDense, NotANumberInInputsAndGradientsPasses) {
  const int rows = 3, in = 70, out = 20;
  for_each_target([] {
    for (const int at : {0, 17, 63, 64, 69}) {
      auto x = random_values(rows * in, 1, 0.7), dy = random_values(rows * out, 2);
      const auto w = random_values(in * out, 3);
      x[in + at] = nan;
      std::vector<float> y(rows * out), dw(in * out), dx(rows * in);
      sparse_dense_forward(x.data(), w.data(), nullptr, y.data(), rows, in, out);
      for (int i = 0; i < rows * out; ++i) EXPECT_EQ(std::isnan(y[i]), i / out == 1);
      dy[out] = nan;
      Gradients gradients(dy, rows, out);
      sparse_dense_backward(gradients.lists, x.data(), w.data(), dw.data(), dx.data(), 0, in, in,
                            gradients.scratch.data());
      for (int i = 0; i < rows * in; ++i) EXPECT_EQ(std::isnan(dx[i]), i / in == 1);
      for (int o = 0; o < out; ++o) EXPECT_TRUE(std::isnan(dw[at * out + o]));
    }
  });
}

}  // namespace
}  // namespace tailor::kernels
