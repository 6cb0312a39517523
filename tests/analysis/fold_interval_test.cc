// How often the two 95 % intervals of a cross-validated accuracy hold, where the truth is known: classes are normal clouds,
// the learner takes the nearest mean of its training images (with noise of its own, as seeds make it), and so each fold's
// accuracy on all images of the kind has a formula.
#include "tailor/analysis/fold_interval.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/base/random.h"
#include "tailor/data/folds.h"
#include "tailor/math/normal.h"
#include "tailor/train/fold_trainer.h"
#include "tailor/train/measuring/metric_estimate.h"

namespace tailor {
namespace {

struct Learner {
  std::size_t images;
  int folds;
  std::size_t dimensions;
  double apart;  // of the two classes' means, in standard deviations
  double noise;  // of each learned mean's coordinates
};

struct Draw {
  double of_folds = 0;         // the truth: the folds' mean accuracy on all images of the kind
  Interval images, trainings;  // of all images together; fold_interval()
};

Draw draw_once(const Learner& how, std::uint64_t seed) {
  auto normal = [key = Key(seed), next = std::uint64_t{0}]() mutable { return key.normal(next++); };
  const std::size_t n = how.images, d = how.dimensions;
  ImageSet images;
  images.shape = {1, 1, 1};
  std::vector<double> x(n * d);
  for (std::size_t i = 0; i < n; ++i) {
    const auto label = static_cast<std::uint16_t>(i % 2);
    images.labels.push_back(label);
    for (std::size_t k = 0; k < d; ++k)
      x[i * d + k] = normal() + (k == 0 ? (label == 1 ? how.apart : -how.apart) / 2 : 0);
  }
  const Folds folds = make_folds(images, how.folds, seed, "");
  Predictions all;
  all.classes = 2;
  all.labels.assign(images.labels.begin(), images.labels.end());
  all.logits.resize(2 * n);
  Draw result;
  for (const Split& split : folds.splits) {
    std::array<std::vector<double>, 2> means{std::vector<double>(d), std::vector<double>(d)};
    std::array<double, 2> counts{};
    for (const std::uint32_t i : split.train) {
      ++counts[images.labels[i]];
      for (std::size_t k = 0; k < d; ++k) means[images.labels[i]][k] += x[i * d + k];
    }
    std::vector<double> direction(d);
    double bias = 0, length = 0;
    for (std::size_t k = 0; k < d; ++k) {
      const double zero = means[0][k] / counts[0] + how.noise * normal(),
                   one = means[1][k] / counts[1] + how.noise * normal();
      direction[k] = one - zero, bias += (one * one - zero * zero) / 2, length += direction[k] * direction[k];
    }
    length = std::sqrt(length);
    const double middle = direction[0] * how.apart / 2;  // of class 1; class 0 has the opposite
    result.of_folds +=
        (normal_cdf((middle - bias) / length) + normal_cdf((middle + bias) / length)) / 2 / how.folds;
    for (const std::uint32_t i : split.validation) {
      const double score = std::inner_product(direction.begin(), direction.end(),
                                              x.begin() + static_cast<std::ptrdiff_t>(i * d), -bias);
      all.logits[2 * i + 1] = static_cast<float>(score);
    }
  }
  std::vector<double> values;
  for (const Predictions& part : by_fold(all, folds)) values.push_back(score_of(part).accuracy);
  const Estimate of_trainings = fold_interval(values);
  result.images = estimate(Metric::accuracy, all).interval;
  result.trainings = {of_trainings.low, of_trainings.high};
  return result;
}

// TAILOR_COVERAGE_DRAWS=4000 is the long form, whose figures stand in docs/folds.md.
TEST(FoldIntervals, HoldAsOftenAsTheySay) {
  const char* given = std::getenv("TAILOR_COVERAGE_DRAWS");
  const int draws = given ? std::atoi(given) : 400;
  std::printf("%d draws: share of intervals that hold the folds' mean, the mean of all draws; mean width\n",
              draws);
  for (const Learner& how :
       {Learner{60, 5, 2, 2, 0}, Learner{200, 3, 10, 2, 0}, Learner{200, 5, 10, 2, 0.3},
        Learner{200, 10, 40, 2, 0}, Learner{1000, 5, 40, 3, 0}, Learner{1000, 10, 10, 1, 0.3}}) {
    std::vector<Draw> all;
    double truth = 0;
    for (int i = 0; i < draws; ++i) {
      all.push_back(draw_once(how, 5000 + static_cast<std::uint64_t>(i)));
      truth += all.back().of_folds / draws;
    }
    std::printf("%zu images, %d folds, %zu dimensions, noise %g: true accuracy %.3f\n", how.images, how.folds,
                how.dimensions, how.noise, truth);
    const auto held = [&](const char* name, Interval Draw::*interval) {
      std::array<double, 2> share{};
      double width = 0;
      for (const Draw& one : all) {
        const Interval& i = one.*interval;
        share[0] += i.low <= one.of_folds && one.of_folds <= i.high;
        share[1] += i.low <= truth && truth <= i.high;
        width += (i.high - i.low) / draws;
      }
      std::printf("  %-16s %5.1f %%  %5.1f %%  width %.4f\n", name, 100 * share[0] / draws,
                  100 * share[1] / draws, width);
      return std::array{share[0] / draws, share[1] / draws};
    };
    const auto [folds, ignored] = held("images", &Draw::images);
    EXPECT_GE(folds, 0.92);
    EXPECT_LE(folds, 0.985);
    EXPECT_GE(held("trainings", &Draw::trainings)[1], 0.94);
  }
}

TEST(FoldIntervals, WidenByWhatFoldsShare) {
  const std::vector<double> values = {0.8, 0.9, 0.7, 0.8, 0.8};
  const Estimate e = fold_interval(values);
  EXPECT_NEAR(e.estimate, 0.8, 1e-12);
  EXPECT_NEAR(e.high - e.estimate, 2.776445 * std::sqrt(0.005 * (1 / 5.0 + 1 / 4.0)), 1e-6);
  EXPECT_NEAR(e.estimate - e.low, e.high - e.estimate, 1e-12);
}

}  // namespace
}  // namespace tailor
