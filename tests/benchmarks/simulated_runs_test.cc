// Fresh seeds of a table follow the table's own residuals: their size, their skewness, how many diverge, and what a seed
// does to all settings alike.
#include "simulated_runs.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tune/spaces.h"

namespace tailor {
namespace {

constexpr int side = 20, repeats = 5;

double normal(Key key) { return key.normal(0); }
double skewed(Key key) {
  return -std::log1p(-key.uniform(0)) - 1;
}  // exponential: mean 0, deviation 1, skewness 2

// side x side settings, each with its `repeats`; noise(setting, repeat) is added to a plane.
template <class Noise>
Problem table(Noise noise) {
  Problem p;
  p.name = "made up";
  p.space = Space({{"x", integer(0, side - 1)}, {"y", integer(0, side - 1)}});
  p.best = -100;  // costs are per cent, negated
  p.reference = -50;
  p.repeats = [noise](const Assignment& s) {
    std::vector<double> values;
    for (std::uint64_t r = 0; r < repeats; ++r)
      values.push_back(-60 + s[0] + s[1] +
                       noise(Key(7).with(static_cast<std::uint64_t>(s[0] * side + s[1])).with(r), r));
    return values;
  };
  return p;
}

struct Moments {
  double mean = 0, sd = 0, skewness = 0, missing = 0;
};

Moments moments(const SimulatedRuns& runs, int count) {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i)
    if (const double v = runs.run(Key(1).with(i), Key(2).with(i)); !std::isnan(v)) values.push_back(v);
  const auto n = static_cast<double>(values.size());
  Moments m{.missing = 1 - n / count};
  for (const double v : values) m.mean += v / n;
  double cubes = 0;
  for (const double v : values) {
    m.sd += (v - m.mean) * (v - m.mean) / n;
    cubes += std::pow(v - m.mean, 3) / n;
  }
  m.sd = std::sqrt(m.sd);
  m.skewness = cubes / std::pow(m.sd, 3);
  return m;
}

// Means over settings far from each other.
template <class Figure>
double average(const Problem& problem, Figure figure) {
  double sum = 0;
  int settings = 0;
  for (double x = 2; x < side; x += 4)
    for (double y = 2; y < side; y += 4, ++settings) sum += figure(SimulatedRuns(problem, {x, y}));
  return sum / settings;
}

TEST(SimulatedRuns, HaveTheirOwnTruthForAMean) {
  const Problem problem = table([](Key key, std::uint64_t) { return skewed(key); });
  for (const Assignment& setting : {Assignment{0, 0}, Assignment{9, 4}}) {
    const SimulatedRuns runs(problem, setting);
    const Moments m = moments(runs, 40000);
    EXPECT_NEAR(m.mean, runs.truth(), 4 * runs.sd() / 200);
    EXPECT_NEAR(m.sd, runs.sd(), 0.05 * runs.sd());
  }
}

TEST(SimulatedRuns, AreAsWideAndAsSkewedAsTheTablesResiduals) {
  const Problem narrow = table([](Key key, std::uint64_t) { return normal(key); });
  const Problem long_tailed = table([](Key key, std::uint64_t) { return skewed(key); });
  const auto sd = [](const SimulatedRuns& r) { return r.sd(); };
  const auto skewness = [](const SimulatedRuns& r) { return moments(r, 4000).skewness; };
  EXPECT_NEAR(average(narrow, sd), 1, 0.15);
  EXPECT_NEAR(average(long_tailed, sd), 1, 0.3);  // five values do not tell a long tail from a noisy setting
  EXPECT_NEAR(average(narrow, skewness), 0, 0.25);
  EXPECT_GT(average(long_tailed, skewness), 0.7);  // drawn normals have none
}

TEST(SimulatedRuns, DivergeAsOftenAsTheTablesRepeats) {
  Problem problem = table([](Key key, std::uint64_t r) { return 61 + (r < 2 ? none : 0.1 * normal(key)); });
  problem.losses = true;
  problem.reference = 20;
  const SimulatedRuns runs(problem, {3, 3});
  EXPECT_DOUBLE_EQ(runs.fails(), 0.4);
  EXPECT_NEAR(moments(runs, 10000).missing, 0.4, 0.02);
}

TEST(SimulatedRuns, ShareWhatASeedDoesToAllSettings) {
  const auto correlation = [](double effect) {
    const Problem problem =
        table([effect](Key key, std::uint64_t r) { return normal(key) + effect * normal(Key(50).with(r)); });
    const SimulatedRuns one(problem, {3, 3}), other(problem, {12, 12});
    double together = 0, of_one = 0, of_other = 0;
    for (std::uint64_t i = 0; i < 5000; ++i) {
      const double a = one.run(Key(1).with(i), Key(2).with(i)) - one.truth();
      const double b = other.run(Key(1).with(i), Key(3).with(i)) - other.truth();
      together += a * b, of_one += a * a, of_other += b * b;
    }
    return together / std::sqrt(of_one * of_other);
  };
  EXPECT_GT(correlation(3), 0.6);
  EXPECT_LT(correlation(0), 0.3);
}

}  // namespace
}  // namespace tailor
