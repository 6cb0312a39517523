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

TEST(SoftmaxLoss, ARowsCostScalesItsLossAndGradient) {
  constexpr int rows = 5, classes = 19;
  const auto logits = random_values(rows * classes, 1, 0.2, 6);
  const auto labels = random_labels(rows, classes, 2);
  const std::vector<float> costs = {1, 0, 2.5f, 0.25f, 7};
  for_each_target([&] {
    for (const double gamma : {0.0, 2.0}) {
      const auto loss = [&](const Targets& t, int first, int n, float* diff) {
        const float* z = logits.data() + first * classes;
        return gamma > 0 ? focal_cross_entropy(z, n, classes, t, 0.1f, gamma, 0.3f, diff)
                         : softmax_cross_entropy(z, n, classes, t, 0.1f, 0.3f, diff);
      };
      std::vector<float> diff(logits.size()), plain(classes);
      const LossSums sums = loss({labels.data(), nullptr, nullptr, costs.data()}, 0, rows, diff.data());
      double expected = 0;
      for (int r = 0; r < rows; ++r) {
        expected += static_cast<double>(costs[r]) * loss({&labels[r]}, r, 1, plain.data()).loss;
        for (int c = 0; c < classes; ++c) EXPECT_NEAR(diff[r * classes + c], costs[r] * plain[c], 1e-6);
      }
      EXPECT_NEAR(sums.loss, expected, 1e-5);
    }
    std::vector<float> fast(logits.size()), slow(logits.size());
    const Targets targets{labels.data(), nullptr, nullptr, costs.data()};
    softmax_cross_entropy(logits.data(), rows, classes, targets, 0.1f, 0.3f, fast.data());
    reference::softmax_cross_entropy(logits.data(), rows, classes, targets, 0.1f, 0.3f, slow.data());
    expect_close(fast, slow, 1e-6);
  });
}

TEST(FocalLoss, WithoutFocusIsTheCrossEntropy) {
  const auto logits = random_values(6 * 7, 1, 0.2, 6);
  const auto labels = random_labels(6, 7, 2), others = random_labels(6, 7, 3);
  const std::vector<float> weights = {1, 0, 0.5f, 0.25f, 0.9f, 0.1f};
  const Targets targets{labels.data(), others.data(), weights.data()};
  std::vector<float> diff(logits.size()), expected(logits.size());
  const LossSums sums = focal_cross_entropy(logits.data(), 6, 7, targets, 0.1f, 0, 0.7f, diff.data());
  const LossSums wanted =
      reference::softmax_cross_entropy(logits.data(), 6, 7, targets, 0.1f, 0.7f, expected.data());
  EXPECT_NEAR(sums.loss, wanted.loss, 1e-5);
  EXPECT_EQ(sums.correct, wanted.correct);
  expect_close(diff, expected, 1e-6);
}

// Lin et al.: -(1 - p)^gamma log p of the right class.
TEST(FocalLoss, KnownValues) {
  const std::vector<float> logits = {std::log(3.0f), 0};  // 3/4 and 1/4
  const std::int32_t right = 0, wrong = 1;
  EXPECT_NEAR(focal_cross_entropy(logits.data(), 1, 2, {&right}, 0, 2, 1, nullptr).loss,
              std::log(4.0 / 3) / 16, 1e-6);
  EXPECT_NEAR(focal_cross_entropy(logits.data(), 1, 2, {&wrong}, 0, 2, 1, nullptr).loss,
              std::log(4.0) * 9 / 16, 1e-6);
}

TEST(FocalLoss, GradientsAreTheLossesSlopes) {
  constexpr int classes = 5;
  const auto logits = random_values(classes, 1, 0.2, 4);
  const std::int32_t label = 3, other = 1;
  const float weight = 0.7f, cost = 1.5f;
  const Targets targets{&label, &other, &weight, &cost};
  for (const double gamma : {0.5, 1.0, 2.0, 5.0}) {
    std::vector<float> diff(classes);
    focal_cross_entropy(logits.data(), 1, classes, targets, 0.1f, gamma, 1, diff.data());
    for (int c = 0; c < classes; ++c) {
      const auto at = [&](float shift) {
        auto moved = logits;
        moved[c] += shift;
        return focal_cross_entropy(moved.data(), 1, classes, targets, 0.1f, gamma, 1, nullptr).loss;
      };
      constexpr float step = 1e-2f;
      EXPECT_NEAR(diff[c], (at(step) - at(-step)) / (2 * step), 1e-3) << gamma << ", class " << c;
    }
  }
}

TEST(FocalLoss, CertainImagesCostNothingAndNanStays) {
  const std::vector<float> logits = {500, -500, nan, 0};
  const std::int32_t labels[] = {0, 1};
  for (const double gamma : {0.5, 2.0}) {
    std::vector<float> diff(4);
    const LossSums certain = focal_cross_entropy(logits.data(), 1, 2, {labels}, 0, gamma, 1, diff.data());
    EXPECT_EQ(certain.loss, 0);
    EXPECT_EQ(diff[0], 0);
    EXPECT_EQ(diff[1], 0);
    const LossSums lost = focal_cross_entropy(logits.data() + 2, 1, 2, {labels}, 0, gamma, 1, diff.data());
    EXPECT_TRUE(std::isnan(lost.loss));
    EXPECT_EQ(lost.correct, 0);
    EXPECT_TRUE(std::isnan(diff[0]));
  }
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
