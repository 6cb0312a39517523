#include "tailor/nn/kernels/bf16/bf16_dense.h"

#include <algorithm>

#include "nn/kernels/bf16_testing.h"
#include "tailor/nn/kernels/layers/dense.h"

namespace tailor::kernels {
namespace {

using Bf16Dense = MatrixTiles;

struct Sizes {
  int rows, in, out;
};
const Sizes all_sizes[] = {{128, 1152, 128}, {1, 1, 1},     {7, 33, 10},
                           {40, 700, 100},   {17, 64, 129}, {33, 520, 16}};

struct Case {
  explicit Case(const Sizes& sizes) : s(sizes) {
    x = rounded(normals(size(s.rows, s.in), 1));
    w = rounded(normals(size(s.in, s.out), 2));
    bias = normals(size(s.out, 1), 3);
    dy = rounded(normals(size(s.rows, s.out), 4));
  }
  static std::size_t size(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

  // In `parts` parts, as threads would share the inputs.
  std::vector<float> forward(int parts) {
    const std::size_t step = bf16_dense_sums_floats(s.rows, s.out);
    LineFloats sums(step * static_cast<std::size_t>(parts));
    for (int p = 0; p < parts; ++p) {
      Bf16Buffer scratch(bf16_dense_forward_scratch(s.rows, s.out) / sizeof(Bf16));
      bf16_dense_forward(
          x.data(), w.data(), s.rows, s.in, s.out, first(p, parts), first(p + 1, parts) - first(p, parts),
          sums.data() + static_cast<std::size_t>(p) * step, reinterpret_cast<std::byte*>(scratch.data()));
      scratch.expect_guard();
    }
    sums.expect_guard();
    std::vector<float> y = filled(size(s.rows, s.out));
    bf16_dense_add_parts(sums.data(), parts, bias.data(), s.rows, s.out, y.data());
    expect_guards(y);
    return y;
  }
  void backward(int parts, std::vector<float>& dw, std::vector<float>* dx) {
    Bf16Buffer packed(bf16_dense_gradient_size(s.rows, s.out));
    bf16_dense_pack_gradient(dy.data(), s.rows, s.out, packed.data());
    packed.expect_guard();
    for (int p = 0; p < parts; ++p) {
      Bf16Buffer scratch(bf16_dense_backward_scratch(s.rows, s.out) / sizeof(Bf16));
      bf16_dense_backward(packed.data(), x.data(), w.data(), s.rows, s.in, s.out, first(p, parts),
                          first(p + 1, parts) - first(p, parts), dw.data(), dx ? dx->data() : nullptr,
                          reinterpret_cast<std::byte*>(scratch.data()));
      scratch.expect_guard();
    }
    expect_guards(dw);
    if (dx) expect_guards(*dx);
  }
  int first(int part, int parts) const { return s.in * part / parts; }

  Sizes s;
  std::vector<float> x, w, bias, dy;
};

TEST_P(Bf16Dense, ForwardAgreesWithTheReference) {
  for (const Sizes& s : all_sizes) {
    SCOPED_TRACE(testing::Message() << s.rows << " x " << s.in << " x " << s.out);
    Case c(s);
    std::vector<float> expected(c.size(s.rows, s.out));
    reference::dense_forward(c.x.data(), c.w.data(), c.bias.data(), expected.data(), s.rows, s.in, s.out);
    EXPECT_LT(distance(c.forward(1), expected, expected.size()), tolerance);
    EXPECT_LT(distance(c.forward(3), expected, expected.size()), tolerance);
  }
}

TEST_P(Bf16Dense, GradientsAgreeWithTheReference) {
  for (const Sizes& s : all_sizes) {
    SCOPED_TRACE(testing::Message() << s.rows << " x " << s.in << " x " << s.out);
    Case c(s);
    std::vector<float> dw(c.w.size()), dx(c.x.size());
    reference::dense_backward_weights(c.x.data(), c.dy.data(), dw.data(), s.rows, 0, s.in, s.in, s.out);
    reference::dense_backward_data(c.dy.data(), c.w.data(), dx.data(), s.rows, s.in, s.out);
    for (const int parts : {1, 2}) {
      std::vector<float> actual_dw = filled(c.size(s.in, s.out)), actual_dx = filled(c.size(s.rows, s.in));
      c.backward(parts, actual_dw, &actual_dx);
      EXPECT_LT(distance(actual_dw, dw, c.size(s.in, s.out)), tolerance);
      EXPECT_LT(distance(actual_dx, dx, c.size(s.rows, s.in)), tolerance);
      std::vector<float> alone = filled(c.size(s.in, s.out));
      c.backward(parts, alone, nullptr);
      EXPECT_EQ(alone, actual_dw);
    }
  }
}

TEST_P(Bf16Dense, NaNReachesEveryResultThatDependsOnIt) {
  const Sizes s{20, 70, 18};
  Case c(s);
  c.x[5 * 70 + 3] = not_a_number;
  c.dy[7 * 18 + 2] = not_a_number;
  const std::vector<float> y = c.forward(2);
  for (std::size_t o = 0; o < 18; ++o) EXPECT_TRUE(std::isnan(y[5 * 18 + o]));
  EXPECT_FALSE(std::isnan(y[0]));
  std::vector<float> dw = filled(c.size(s.in, s.out), 0), dx = filled(c.size(s.rows, s.in), 0);
  c.backward(1, dw, &dx);
  for (std::size_t i = 0; i < 70; ++i) {
    EXPECT_TRUE(std::isnan(dx[7 * 70 + i]));
    EXPECT_TRUE(std::isnan(dw[i * 18 + 2]));
  }
  for (std::size_t o = 0; o < 18; ++o) EXPECT_TRUE(std::isnan(dw[3 * 18 + o]));
  EXPECT_FALSE(std::isnan(dx[0]) || std::isnan(dw[0]));
}

TAILOR_FOR_EACH_MATRIX_UNIT(Bf16Dense);

}  // namespace
}  // namespace tailor::kernels
