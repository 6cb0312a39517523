#include "tailor/data/mixing.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(Mixing, BetaHasItsMoments) {
  for (const double alpha : {0.01, 0.2, 1.0, 4.0}) {
    constexpr int n = 20000;
    double sum = 0, squares = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      const double x = sample_beta(alpha, Key(3).with(Purpose::mixing).with(i));
      ASSERT_TRUE(x >= 0 && x <= 1);
      sum += x, squares += (x - 0.5) * (x - 0.5);
    }
    const double variance = 1 / (4 * (2 * alpha + 1));
    EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(variance / n)) << alpha;
    EXPECT_NEAR(squares / n, variance, 0.03 * variance) << alpha;
  }
  EXPECT_EQ(sample_beta(0.4, Key(5)), sample_beta(0.4, Key(5)));
}

TEST(Mixing, MixupWeightsBoth) {
  std::vector<float> image = {1, 2}, partner = {5, 10};
  mix_images(image.data(), partner.data(), 2, 0.75);
  EXPECT_EQ(image, (std::vector<float>{2, 4}));
}

TEST(Mixing, CutmixPastesARectangleAndReturnsWhatStayed) {
  const Shape shape{10, 14, 3};
  double sum = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    std::vector<float> image(shape.size(), 0.0f), partner(shape.size(), 1.0f);
    const double share = cutmix_images(image.data(), partner.data(), shape, 0.6, Key(i));
    double pasted = 0;
    for (const float value : image) pasted += static_cast<double>(value);
    ASSERT_NEAR(1 - pasted / static_cast<double>(shape.size()), share, 1e-9);
    ASSERT_GE(share, 0.59);  // 40 % at most; less where the border cuts
    sum += share;
  }
  EXPECT_LT(sum / 500, 0.85);
  std::vector<float> image(shape.size(), 0.0f), partner(shape.size(), 1.0f);
  EXPECT_EQ(cutmix_images(image.data(), partner.data(), shape, 1, Key(1)), 1);
  EXPECT_EQ(image[0], 0);
}

}  // namespace
}  // namespace tailor
