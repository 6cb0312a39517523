#include "tailor/math/gaussian_process.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tailor/base/random.h"

namespace tailor {
namespace {

// Expected values: gaussian_process_golden.py, from scikit-learn and SciPy.
const GpShape plane = {{{0, false}, {1, false}}, 2};
const GpData five = {{0.1, 0.2, 0.4, 0.9, 0.8, 0.3, 0.5, 0.5, 0.95, 0.7}, {-1.2, 0.3, 1.1, -0.6, 0.4}};
const GpHyperparameters fixed = {std::log(0.3), std::log(0.8), std::log(1.7), std::log(0.05)};
const std::vector<double> points = {0.2, 0.3, 0.7, 0.6, 0.0, 1.0};

TEST(GaussianProcess, PosteriorIsThatOfScikitLearn) {
  const GpPosterior posterior(plane, five, fixed);
  std::vector<double> mean(3), variance(3);
  posterior.predict(points, mean, variance);
  const std::vector<double> means = {-1.0586145834035625, 0.43957556723337166, -0.23993417793175717};
  const std::vector<double> variances = {0.2446267660685135, 0.3276752047231853, 1.2020974747948192};
  const std::vector<double> logs = {-0.5265742008875395, -4.4179082355677854, -1.1406358802978254};
  const std::vector<double> improvement = posterior.log_improvement(points, -0.5);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(mean[i], means[i], 1e-10);
    EXPECT_NEAR(variance[i], variances[i], 1e-10);
    EXPECT_NEAR(improvement[i], logs[i], 1e-9);
  }
}

TEST(GaussianProcess, LossIsLikelihoodTimesPrior) {
  std::vector<double> gradient(4);
  const double likelihood = 2.4128457703704935;
  double prior = 1.7 - std::log(1.7) + 30 * 0.05 - 0.1 * std::log(0.05);
  for (const double l : {0.3, 0.8}) prior += 0.1 * (l * l + 1 / (l * l));
  EXPECT_NEAR(gp_loss(plane, five, fixed, gradient), likelihood + prior, 1e-9);
}

TEST(GaussianProcess, DifferencesAreLessUncertainThanWhatTheyAreOf) {
  const GpPosterior posterior(plane, five, fixed);
  std::vector<double> mean(3), variance(3);
  posterior.predict(points, mean, variance);
  const std::span<const double> all(points);
  const GpDifference far = posterior.difference(all.subspan(4, 2), all.subspan(0, 2));
  EXPECT_NEAR(far.mean, mean[2] - mean[0], 1e-12);
  EXPECT_GT(far.variance, 0.5 * (variance[0] + variance[2]));
  EXPECT_LT(far.variance, 2 * (variance[0] + variance[2]));
  const std::vector<double> near = {0.2001, 0.3};
  EXPECT_LT(posterior.difference(near, all.subspan(0, 2)).variance, 1e-5);
  const GpDifference back = posterior.difference(all.subspan(0, 2), all.subspan(4, 2));
  EXPECT_NEAR(back.mean, -far.mean, 1e-12);
  EXPECT_NEAR(back.variance, far.variance, 1e-12);
}

// A column of each kind, two that share a length scale, and repeated rows.
TEST(GaussianProcess, GradientsAreThoseOfDifferences) {
  const GpShape shape = {{{0, false}, {1, true}, {2, false}, {2, false}}, 3};
  GpData data;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const Key key = Key(5).with(i % 10);
    data.x.insert(data.x.end(),
                  {key.uniform(0), static_cast<double>(key.below(1, 3)), key.uniform(2), key.uniform(3)});
    data.y.push_back(Key(6).with(i).normal(0));
  }
  const GpHyperparameters theta = {-0.5, 0.2, -1.0, 0.3, -2.0};
  std::vector<double> gradient(5), unused(5);
  gp_loss(shape, data, theta, gradient);
  constexpr double h = 1e-5;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    GpHyperparameters up = theta, down = theta;
    up[i] += h;
    down[i] -= h;
    const double difference =
        (gp_loss(shape, data, up, unused) - gp_loss(shape, data, down, unused)) / (2 * h);
    EXPECT_NEAR(gradient[i], difference, 1e-6 * (1 + std::abs(difference))) << i;
  }

  const GpPosterior posterior(shape, data, theta);
  for (const double best : {-1.0, 0.5, -40.0}) {  // also where improvement is next to impossible
    std::vector<double> row = {0.3, 1, 0.6, 0.2}, by_column(4);
    const double value = posterior.log_improvement(row, best, by_column);
    EXPECT_NEAR(value, posterior.log_improvement(row, best)[0], 1e-9 * std::abs(value));
    EXPECT_EQ(by_column[1], 0);
    for (const std::size_t c : {0U, 2U, 3U}) {
      std::vector<double> up = row, down = row;
      up[c] += h;
      down[c] -= h;
      const double difference =
          (posterior.log_improvement(up, best)[0] - posterior.log_improvement(down, best)[0]) / (2 * h);
      EXPECT_NEAR(by_column[c], difference, 1e-5 * (1 + std::abs(difference))) << c << " " << best;
    }
  }
}

TEST(GaussianProcess, FittingFindsWhichParameterMatters) {
  const GpShape shape = {{{0, false}, {1, false}}, 2};
  GpData data;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const double a = Key(1).uniform(2 * i), b = Key(1).uniform(2 * i + 1);
    data.x.insert(data.x.end(), {a, b});
    data.y.push_back(1.4 * std::sin(6 * a) + 0.1 * Key(2).normal(i));
  }
  const GpHyperparameters theta = fit_gp(shape, data, default_hyperparameters(shape));
  EXPECT_LT(theta[0] + 1, theta[1]);
  EXPECT_GT(std::exp(theta[3]), 0.003);
  EXPECT_LT(std::exp(theta[3]), 0.03);
  std::vector<double> unused(4);
  EXPECT_LT(gp_loss(shape, data, theta, unused),
            gp_loss(shape, data, default_hyperparameters(shape), unused) - 5);
}

// mpmath, 60 digits.
TEST(GaussianProcess, LogarithmOfExpectedImprovement) {
  EXPECT_NEAR(log_expected_improvement(2), 0.69738354578822831, 1e-14);
  EXPECT_NEAR(log_expected_improvement(-3), -7.8696860596030285, 1e-12);
  EXPECT_NEAR(log_expected_improvement(-20), -206.9178385094251, 1e-9);
  EXPECT_NEAR(log_expected_improvement(-30), -457.724653760598, 1e-6);
  EXPECT_NEAR(log_expected_improvement(-100), -5010.1295788002498, 1e-8);
}

}  // namespace
}  // namespace tailor
