// Layer norm and group norm against their definitions, and the definitions against their derivatives.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"
#include "tailor/nn/kernels/layers/group_norm.h"
#include "tailor/nn/kernels/layers/layer_norm.h"

namespace tailor::kernels {
namespace {

std::size_t of(int n) { return static_cast<std::size_t>(n); }

struct Norm {
  std::vector<float> y, mean, inverse;
  std::vector<float> diff, scale_sums, shift_sums;
};

// Far from zero, so that a variance from differences of large sums would show.
std::vector<float> values_far_from_zero(std::size_t n) {
  auto x = random_values(n, n);
  for (float& v : x) v += 10;
  return x;
}

template <class Forward, class Backward>
Norm run(const std::vector<float>& x, int channels, std::size_t statistics, Forward forward,
         Backward backward) {
  const auto scale = random_values(of(channels), 3), shift = random_values(of(channels), 4);
  Norm n{std::vector<float>(x.size()),
         std::vector<float>(statistics),
         std::vector<float>(statistics),
         std::vector<float>(x.size()),
         shift,
         scale};  // the sums are added to
  forward(scale, shift, n);
  backward(scale, n);
  return n;
}

void expect_same(const Norm& actual, const Norm& expected) {
  expect_close(actual.y, expected.y, 1e-5);
  expect_close(actual.mean, expected.mean, 1e-6);
  expect_close(actual.inverse, expected.inverse, 1e-5);
  expect_close(actual.diff, expected.diff, 2e-5);
  expect_close(actual.scale_sums, expected.scale_sums, 2e-5);
  expect_close(actual.shift_sums, expected.shift_sums, 1e-5);
}

TEST(LayerNorm, MatchesTheReference) {
  for_each_target([] {
    for (const int channels : {2, 3, 8, 16, 17, 40, 100})
      for (const std::size_t rows : {1u, 2u, 33u}) {
        SCOPED_TRACE(testing::Message() << rows << " x " << channels);
        const auto x = values_far_from_zero(rows * of(channels)), dy = random_values(x.size(), 2);
        const Norm expected = run(
            x, channels, rows,
            [&](const auto& scale, const auto& shift, Norm& n) {
              reference::layer_norm_forward(x.data(), rows, channels, 1e-3, scale.data(), shift.data(),
                                            n.y.data(), n.mean.data(), n.inverse.data());
            },
            [&](const auto& scale, Norm& n) {
              reference::layer_norm_backward(x.data(), dy.data(), rows, channels, n.mean.data(),
                                             n.inverse.data(), scale.data(), n.diff.data(),
                                             n.scale_sums.data(), n.shift_sums.data());
            });
        const Norm actual = run(
            x, channels, rows,
            [&](const auto& scale, const auto& shift, Norm& n) {
              layer_norm_forward(x.data(), rows, channels, 1e-3, scale.data(), shift.data(), n.y.data(),
                                 n.mean.data(), n.inverse.data());
            },
            [&](const auto& scale, Norm& n) {
              n.diff = dy;  // in place
              layer_norm_backward(x.data(), n.diff.data(), rows, channels, n.mean.data(), n.inverse.data(),
                                  scale.data(), n.diff.data(), n.scale_sums.data(), n.shift_sums.data());
            });
        expect_same(actual, expected);
      }
  });
}

TEST(GroupNorm, MatchesTheReference) {
  for_each_target([] {
    for (const auto& [channels, groups] : {std::pair{1, 1}, {6, 1}, {6, 2}, {6, 6}, {40, 4}, {51, 17}})
      for (const std::size_t positions : {1u, 9u, 70u}) {
        if (positions * of(channels / groups) == 1) continue;  // one value has no spread
        SCOPED_TRACE(testing::Message() << positions << " x " << channels << " in " << groups);
        const int c = channels, g = groups;
        const auto x = values_far_from_zero(positions * of(c)), dy = random_values(x.size(), 2);
        const Norm expected = run(
            x, c, of(c),
            [&](const auto& scale, const auto& shift, Norm& n) {
              reference::group_norm_forward(x.data(), positions, c, g, 1e-3, scale.data(), shift.data(),
                                            n.y.data(), n.mean.data(), n.inverse.data());
            },
            [&](const auto& scale, Norm& n) {
              reference::group_norm_backward(x.data(), dy.data(), positions, c, g, n.mean.data(),
                                             n.inverse.data(), scale.data(), n.diff.data(),
                                             n.scale_sums.data(), n.shift_sums.data());
            });
        std::vector<double> scratch(group_norm_scratch(c));
        const Norm actual = run(
            x, c, of(c),
            [&](const auto& scale, const auto& shift, Norm& n) {
              group_norm_forward(x.data(), positions, c, g, 1e-3, scale.data(), shift.data(), n.y.data(),
                                 n.mean.data(), n.inverse.data(), scratch.data());
            },
            [&](const auto& scale, Norm& n) {
              n.diff = dy;  // in place
              group_norm_backward(x.data(), n.diff.data(), positions, c, g, n.mean.data(), n.inverse.data(),
                                  scale.data(), n.diff.data(), n.scale_sums.data(), n.shift_sums.data(),
                                  scratch.data());
            });
        expect_same(actual, expected);
      }
  });
}

TEST(GroupNorm, AScaleOfZeroStillLearns) {
  const auto x = random_values(12, 1), dy = random_values(12, 2);
  const std::vector<float> scale(4, 0.0f), shift(4, 1.0f);
  std::vector<float> y(12), mean(4), inverse(4), diff(12), scale_sums(4), shift_sums(4);
  std::vector<double> scratch(group_norm_scratch(4));
  group_norm_forward(x.data(), 3, 4, 2, 1e-5, scale.data(), shift.data(), y.data(), mean.data(),
                     inverse.data(), scratch.data());
  group_norm_backward(x.data(), dy.data(), 3, 4, 2, mean.data(), inverse.data(), scale.data(), diff.data(),
                      scale_sums.data(), shift_sums.data(), scratch.data());
  EXPECT_EQ(y, std::vector<float>(12, 1.0f));
  EXPECT_EQ(diff, std::vector<float>(12, 0.0f));
  EXPECT_TRUE(std::all_of(scale_sums.begin(), scale_sums.end(), [](float s) { return s != 0; }));
}

// Rows of channels, or one image whose channels are in two groups.
void expect_reference_gradients(bool groups) {
  const auto x = random_values<double>(24, 9), dy = random_values<double>(24, 10),
             scale = random_values<double>(4, 11), shift = random_values<double>(4, 12);
  std::vector<double> mean(6), inverse(6);
  const auto loss = [&](const auto& values, const auto& factors, const auto& base) {
    std::vector<double> y(24);
    if (groups)
      reference::group_norm_forward(values.data(), 6, 4, 2, 1e-3, factors.data(), base.data(), y.data(),
                                    mean.data(), inverse.data());
    else
      reference::layer_norm_forward(values.data(), 6, 4, 1e-3, factors.data(), base.data(), y.data(),
                                    mean.data(), inverse.data());
    return dot(y, dy);
  };
  loss(x, scale, shift);
  std::vector<double> diff(24), scale_sums(4), shift_sums(4);
  if (groups)
    reference::group_norm_backward(x.data(), dy.data(), 6, 4, 2, mean.data(), inverse.data(), scale.data(),
                                   diff.data(), scale_sums.data(), shift_sums.data());
  else
    reference::layer_norm_backward(x.data(), dy.data(), 6, 4, mean.data(), inverse.data(), scale.data(),
                                   diff.data(), scale_sums.data(), shift_sums.data());
  expect_gradient(diff, x, [&](const auto& v) { return loss(v, scale, shift); });
  expect_gradient(scale_sums, scale, [&](const auto& v) { return loss(x, v, shift); });
  expect_gradient(shift_sums, shift, [&](const auto& v) { return loss(x, scale, v); });
}

TEST(LayerNorm, ReferenceGradients) { expect_reference_gradients(false); }
TEST(GroupNorm, ReferenceGradients) { expect_reference_gradients(true); }

}  // namespace
}  // namespace tailor::kernels
