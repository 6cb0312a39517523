#include "simulated_test_images.h"

#include <cmath>

#include "tailor/math/normal.h"

namespace tailor {
namespace {

// On the probit scale; a training's own luck with an image has variance 1 there.
constexpr double difficulty_sd = 2, effect_sd = 0.3;

// The mean logit such that a network has this accuracy over images.
double centre(double accuracy, double variance) {
  return normal_quantile(accuracy) * std::sqrt(1 + variance);
}

}  // namespace

TestImagesRun simulate_test_images(const TestImagesPlan& plan, Key key) {
  const double base = centre(plan.accuracy, difficulty_sd * difficulty_sd + plan.seed_sd * plan.seed_sd);
  TestImagesRun run;
  for (std::uint64_t s = 0; s < static_cast<std::uint64_t>(plan.seeds); ++s) {
    const Key seed = key.with(1).with(s);
    const double effects[2] = {plan.seed_sd * seed.normal(0), plan.seed_sd * seed.normal(1)};
    std::vector<float>&tuned = run.tuned.emplace_back(), &other = run.base.emplace_back();
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(plan.images); ++i) {
      const Key image = key.with(2).with(i);
      const double ease = difficulty_sd * image.normal(0), effect = plan.gain + effect_sd * image.normal(1);
      const Key luck = seed.with(i);
      other.push_back(base + ease + effects[0] + luck.normal(0) > 0 ? 1 : 0);
      tuned.push_back(base + ease + effect + effects[1] + luck.normal(1) > 0 ? 1 : 0);
    }
  }
  return run;
}

double true_test_gain(const TestImagesPlan& plan) {
  const double variance = difficulty_sd * difficulty_sd + plan.seed_sd * plan.seed_sd;
  const double base = centre(plan.accuracy, variance);
  return normal_cdf((base + plan.gain) / std::sqrt(1 + variance + effect_sd * effect_sd)) -
         normal_cdf(base / std::sqrt(1 + variance));
}

}  // namespace tailor
