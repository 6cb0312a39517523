// Soft-max and cross-entropy: known values, the reference on many sizes, extreme logits, NaN, ties,
// gradients.
#include "tailor/nn/kernels/layers/softmax_loss.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "nn/kernels/compare.h"

namespace tailor::kernels {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

std::vector<std::int32_t> random_labels(int rows, int classes, std::uint64_t seed) {
  std::vector<std::int32_t> labels(rows);
  for (int r = 0; r < rows; ++r) labels[r] = static_cast<std::int32_t>(Key(seed).below(r, classes));
  return labels;
}

TEST(SoftmaxLoss, KnownValues) {
  const std::vector<float> logits = {0, 0, 0, 0, std::log(2.0f), 0, 0, 0};
  const std::int32_t labels[] = {2, 0};
  for_each_target([&] {
    std::vector<float> diff(8);
    const LossSums sums = softmax_cross_entropy(logits.data(), 2, 4, {labels}, 0, 0.5f, diff.data());
    EXPECT_NEAR(sums.loss, std::log(4.0) + std::log(2.5), 1e-6);
    EXPECT_EQ(sums.correct, 1);  // the first row's first greatest logit is at 0
    expect_close(diff, {0.125f, 0.125f, -0.375f, 0.125f, -0.3f, 0.1f, 0.1f, 0.1f}, 1e-6);
  });
}

TEST(SoftmaxLoss, MatchesTheReference) {
  for_each_target([] {
    for (const int rows : {0, 1, 3, 128})
      for (const int classes : {1, 2, 10, 16, 17, 100}) {
        const auto logits = random_values(static_cast<std::size_t>(rows) * classes, 1, 0.2, 6);
        const auto labels = random_labels(rows, classes, 2), others = random_labels(rows, classes, 3);
        std::vector<float> weights(rows);
        for (int r = 0; r < rows; ++r) weights[r] = static_cast<float>(Key(4).uniform(r));
        for (const float smoothing : {0.0f, 0.1f})
          for (const bool mixed : {false, true}) {
            SCOPED_TRACE(testing::Message() << rows << " x " << classes << ' ' << smoothing << ' ' << mixed);
            Targets targets{.label = labels.data()};
            if (mixed) targets = {labels.data(), others.data(), weights.data()};
            std::vector<float> diff(logits.size()), diff_expected(logits.size());
            const LossSums sums =
                softmax_cross_entropy(logits.data(), rows, classes, targets, smoothing, 0.7f, diff.data());
            const LossSums expected = reference::softmax_cross_entropy(logits.data(), rows, classes, targets,
                                                                       smoothing, 0.7f, diff_expected.data());
            EXPECT_NEAR(sums.loss, expected.loss, 1e-6 * (1 + expected.loss));
            EXPECT_EQ(sums.correct, expected.correct);
            expect_close(diff, diff_expected, 1e-6);
            const LossSums alone =
                softmax_cross_entropy(logits.data(), rows, classes, targets, smoothing, 0.7f, nullptr);
            EXPECT_EQ(alone.loss, sums.loss);
            EXPECT_EQ(alone.correct, sums.correct);
            auto in_place = logits;
            softmax_cross_entropy(in_place.data(), rows, classes, targets, smoothing, 0.7f, in_place.data());
            EXPECT_EQ(in_place, diff);
          }
        std::vector<float> probabilities(logits.size()), expected(logits.size());
        softmax(logits.data(), rows, classes, probabilities.data());
        reference::softmax(logits.data(), rows, classes, expected.data());
        expect_close(probabilities, expected, 3e-6, 1e-2);
        for (int r = 0; r < rows; ++r) {
          const auto row = probabilities.begin() + r * classes;
          EXPECT_NEAR(std::accumulate(row, row + classes, 0.0), 1, 3e-6);
        }
      }
  });
}

TEST(SoftmaxLoss, ExtremeLogitsStayFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> logits = {1e30f, -1e30f, 0, 88, 89, 90, -5000, -5001, -5002, 1, -infinity, 2};
  const std::int32_t labels[] = {0, 2, 1, 2};
  for_each_target([&] {
    std::vector<float> diff(12), expected(12);
    const LossSums sums = softmax_cross_entropy(logits.data(), 4, 3, {labels}, 0, 1, diff.data());
    EXPECT_NEAR(sums.loss,
                reference::softmax_cross_entropy(logits.data(), 4, 3, {labels}, 0, 1, expected.data()).loss,
                1e-5);
    EXPECT_EQ(sums.correct, 3);
    EXPECT_TRUE(std::isfinite(sums.loss));
    expect_close(diff, expected, 1e-6);
  });
}

TEST(SoftmaxLoss, NotANumberIsNeverCorrect) {
  for_each_target([] {
    for (const int classes : {2, 10, 16, 33})
      for (int at = 0; at < classes; ++at)
        for (int label : {0, classes - 1}) {
          auto logits = random_values(classes, 1);
          logits[at] = nan;
          std::vector<float> diff(classes), p(classes);
          const LossSums sums = softmax_cross_entropy(logits.data(), 1, classes, {&label}, 0, 1, diff.data());
          EXPECT_TRUE(std::isnan(sums.loss));
          EXPECT_EQ(sums.correct, 0);
          softmax(logits.data(), 1, classes, p.data());
          for (int c = 0; c < classes; ++c) EXPECT_TRUE(std::isnan(diff[c]) && std::isnan(p[c])) << c;
        }
  });
}

TEST(SoftmaxLoss, ReferenceGradients) {
  const int rows = 4, classes = 5;
  const auto logits = random_values<double>(rows * classes, 1, 0, 2);
  const auto labels = random_labels(rows, classes, 2), others = random_labels(rows, classes, 3);
  const float weights[] = {1, 0.25f, 0, 0.5f};
  for (const Targets& targets : {Targets{labels.data()}, Targets{labels.data(), others.data(), weights}})
    for (const float smoothing : {0.0f, 0.2f}) {
      const auto loss = [&](const std::vector<double>& z, double* diff) {
        return reference::softmax_cross_entropy(z.data(), rows, classes, targets, smoothing, 2.0f, diff).loss;
      };
      std::vector<double> gradient(logits.size());
      loss(logits, gradient.data());
      expect_gradient(gradient, logits, [&](const auto& z) { return 2 * loss(z, nullptr); });
    }
}

}  // namespace
}  // namespace tailor::kernels
