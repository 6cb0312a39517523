// Batch normalisation against its formulas in double: sums, far means, sub-ranges, fused ReLU, NaN,
// gradients.
#include "tailor/nn/kernels/layers/batch_norm.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"

namespace tailor::kernels {
namespace {

void expect_sums(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance) {
  for (std::size_t c = 0; c < actual.size(); ++c) {
    EXPECT_NEAR(actual[c], expected[c], tolerance) << "channel " << c;
  }
}

TEST(BatchNorm, MatchesTheReference) {
  for_each_target([] {
    for (const std::size_t rows : {1, 2, 31, 32, 33, 100, 1000})
      for (const int channels : {1, 3, 8, 16, 20, 64}) {
        SCOPED_TRACE(testing::Message() << rows << " x " << channels);
        const std::size_t n = rows * static_cast<std::size_t>(channels);
        const auto src = random_values(n, 1), diff_dst = random_values(n, 2),
                   scale = random_values(channels, 3), shift = random_values(channels, 4),
                   mean = random_values(channels, 5);
        auto inverse = random_values(channels, 6);
        for (float& v : inverse) v = std::fabs(v) + 0.1f;
        const double size = static_cast<double>(rows);
        std::vector<double> sums(channels, 9), expected(channels), sums2(channels, 9), expected2(channels);
        channel_sums(src.data(), rows, channels, sums.data());
        reference::channel_sums(src.data(), rows, channels, expected.data());
        expect_sums(sums, expected, 1e-6 * std::sqrt(size));
        channel_centered_squares(src.data(), mean.data(), rows, channels, sums.data());
        reference::channel_centered_squares(src.data(), mean.data(), rows, channels, expected.data());
        for (int c = 0; c < channels; ++c) EXPECT_NEAR(sums[c] / expected[c], 1, 1e-6);

        for (const bool relu : {false, true}) {
          std::vector<float> dst(n), dst_expected(n), dx(n), dx_expected(n);
          batch_norm_apply(src.data(), rows, channels, mean.data(), inverse.data(), scale.data(),
                           shift.data(), relu, dst.data());
          reference::batch_norm_apply(src.data(), rows, channels, mean.data(), inverse.data(), scale.data(),
                                      shift.data(), relu, dst_expected.data());
          expect_close(dst, dst_expected, 1e-6, 4);

          const float* mask = relu ? dst.data() : nullptr;
          batch_norm_backward_sums(src.data(), diff_dst.data(), mask, rows, channels, mean.data(),
                                   inverse.data(), sums.data(), sums2.data());
          reference::batch_norm_backward_sums(src.data(), diff_dst.data(), mask, rows, channels, mean.data(),
                                              inverse.data(), expected.data(), expected2.data());
          expect_sums(sums, expected, 1e-6 * std::sqrt(size));
          expect_sums(sums2, expected2, 1e-5 * std::sqrt(size));
          batch_norm_backward_data(src.data(), diff_dst.data(), mask, rows, channels, mean.data(),
                                   inverse.data(), scale.data(), expected.data(), expected2.data(), rows + 3,
                                   dx.data());
          reference::batch_norm_backward_data(src.data(), diff_dst.data(), mask, rows, channels, mean.data(),
                                              inverse.data(), scale.data(), expected.data(), expected2.data(),
                                              rows + 3, dx_expected.data());
          expect_close(dx, dx_expected, 2e-6, 10);
        }
      }
  });
}

// A mean a thousand deviations away: the variance keeps its digits because it is measured around the mean.
TEST(BatchNorm, VarianceSurvivesAFarMean) {
  const std::size_t rows = 3000;
  const int channels = 5;
  auto src = random_values(rows * channels, 1);
  for (float& v : src) v += 1000;
  for_each_target([&] {
    std::vector<double> sums(channels), exact(channels);
    std::vector<float> mean(channels);
    channel_sums(src.data(), rows, channels, sums.data());
    for (int c = 0; c < channels; ++c) mean[c] = static_cast<float>(sums[c] / rows);
    channel_centered_squares(src.data(), mean.data(), rows, channels, sums.data());
    reference::channel_centered_squares(src.data(), mean.data(), rows, channels, exact.data());
    for (int c = 0; c < channels; ++c) {
      EXPECT_NEAR(sums[c] / exact[c], 1, 1e-6);
      EXPECT_NEAR(sums[c] / rows, 1, 0.1);
    }
  });
}

TEST(BatchNorm, NotANumberStaysInItsChannel) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const int channels = 19;
  const std::vector<float> zero(channels, 0), one(channels, 1);
  for_each_target([&] {
    for (int at = 0; at < channels; ++at) {
      auto src = random_values(3 * channels, 1);
      src[channels + at] = nan;
      std::vector<double> sums(channels);
      std::vector<float> dst(src.size());
      channel_sums(src.data(), 3, channels, sums.data());
      for (int c = 0; c < channels; ++c) EXPECT_EQ(std::isnan(sums[c]), c == at);
      channel_centered_squares(src.data(), zero.data(), 3, channels, sums.data());
      for (int c = 0; c < channels; ++c) EXPECT_EQ(std::isnan(sums[c]), c == at);
      batch_norm_apply(src.data(), 3, channels, zero.data(), one.data(), one.data(), zero.data(), true,
                       dst.data());
      for (int i = 0; i < 3 * channels; ++i) EXPECT_EQ(std::isnan(dst[i]), i == channels + at);
    }
  });
}

TEST(BatchNorm, ReferenceGradients) {
  const std::size_t rows = 7;
  const int channels = 3;
  const double epsilon = 1e-3;
  const auto src = random_values<double>(rows * channels, 1), dy = random_values<double>(rows * channels, 2),
             scale = random_values<double>(channels, 3), shift = random_values<double>(channels, 4);
  std::vector<double> mean(channels), inverse(channels), y(rows * channels), sums(channels), sums2(channels);
  for (const bool relu : {false, true}) {
    const auto value = [&](const auto& x, const auto& a, const auto& b) {
      reference::channel_sums(x.data(), rows, channels, mean.data());
      for (double& m : mean) m /= static_cast<double>(rows);
      reference::channel_centered_squares(x.data(), mean.data(), rows, channels, inverse.data());
      for (double& v : inverse) v = 1 / std::sqrt(v / static_cast<double>(rows) + epsilon);
      reference::batch_norm_apply(x.data(), rows, channels, mean.data(), inverse.data(), a.data(), b.data(),
                                  relu, y.data());
      return dot(y, dy);
    };
    value(src, scale, shift);
    std::vector<double> dx(src.size());
    const double* mask = relu ? y.data() : nullptr;
    reference::batch_norm_backward_sums(src.data(), dy.data(), mask, rows, channels, mean.data(),
                                        inverse.data(), sums.data(), sums2.data());
    reference::batch_norm_backward_data(src.data(), dy.data(), mask, rows, channels, mean.data(),
                                        inverse.data(), scale.data(), sums.data(), sums2.data(), rows,
                                        dx.data());
    expect_gradient(dx, src, [&](const auto& x) { return value(x, scale, shift); });
    expect_gradient(sums2, scale, [&](const auto& a) { return value(src, a, shift); });
    expect_gradient(sums, shift, [&](const auto& b) { return value(src, scale, b); });
  }
}

}  // namespace
}  // namespace tailor::kernels
