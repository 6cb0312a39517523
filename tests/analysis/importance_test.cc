#include "tailor/analysis/importance.h"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "tailor/analysis/statistics.h"
#include "tune/spaces.h"

namespace tailor {
namespace {

Space cube(int n) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < n; ++i) parameters.push_back({"x" + std::to_string(i), real(0, 1)});
  return Space(parameters);
}

Results tried(const Space& space, int trials, double noise,
              const std::function<double(const Assignment&)>& f) {
  Results results;
  for (std::uint64_t t = 0; t < static_cast<std::uint64_t>(trials); ++t) {
    results.settings.push_back(draw_uniform(space, Key(t)));
    results.values.push_back(f(results.settings.back()) + noise * Key(t).with(1).normal(0));
  }
  return results;
}

// One tree's shares against sums over all cells of its grid.
TEST(Forest, VarianceSharesAreThoseOfTheWholeGrid) {
  const Space space({{"a", integer(0, 4)}, {"b", choice({"x", "y", "z"})}, {"c", integer(0, 2)}});
  const Grid grid(space);
  GridSample sample;
  for (std::uint64_t t = 0; t < 60; ++t) {
    const Assignment x = draw_uniform(space, Key(t));
    sample.places.push_back(grid.place(x, Key(t)));
    sample.values.push_back(x[0] * (x[1] == 1 ? 2 : -1) + 0.5 * x[2] * x[2]);
  }
  std::vector<std::size_t> rows(60);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  const Tree tree(grid, sample, rows, Key(1));
  const VarianceShares shares = tree.variance_shares();

  const auto at = [&](int a, int b, int c) {
    const std::vector<std::uint8_t> place = {static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b),
                                             static_cast<std::uint8_t>(c)};
    return tree.predict(place);
  };
  std::vector<double> all, only_a, only_b, a_and_b;
  for (int a = 0; a < 5; ++a) {
    double sum = 0;
    for (int b = 0; b < 3; ++b) {
      double pair = 0;
      for (int c = 0; c < 3; ++c) all.push_back(at(a, b, c)), pair += at(a, b, c) / 3;
      a_and_b.push_back(pair);
      sum += pair / 3;
    }
    only_a.push_back(sum);
  }
  for (int b = 0; b < 3; ++b) {
    double sum = 0;
    for (int cell = b; cell < 15; cell += 3) sum += a_and_b[static_cast<std::size_t>(cell)] / 5;
    only_b.push_back(sum);
  }
  const auto spread = [](const std::vector<double>& v) {
    return variance(v) * static_cast<double>(v.size() - 1) / static_cast<double>(v.size());
  };
  EXPECT_NEAR(shares.total, spread(all), 1e-9);
  EXPECT_NEAR(shares.single[0], spread(only_a) / spread(all), 1e-9);
  EXPECT_NEAR(shares.single[1], spread(only_b) / spread(all), 1e-9);
  EXPECT_NEAR(shares.pair[1], (spread(a_and_b) - spread(only_a) - spread(only_b)) / spread(all), 1e-9);
  EXPECT_GT(shares.pair[1], 0.1);
}

// Ishigami's function has known Sobol indices: 0.3139, 0.4424, 0, and 0.2437 for the pair (1, 3).
TEST(Importance, FindsIshigamisIndices) {
  const Space space = cube(4);
  const Results results = tried(space, 1500, 0, [](const Assignment& u) {
    const auto x = [&](std::size_t i) { return (2 * u[i] - 1) * std::acos(-1.0); };
    return std::sin(x(0)) + 7 * std::pow(std::sin(x(1)), 2) + 0.1 * std::pow(x(2), 4) * std::sin(x(0));
  });
  const Surrogate surrogate(space, results);
  const std::vector<double> shares = surrogate.variance_shares();
  EXPECT_NEAR(shares[0], 0.3139, 0.09);
  EXPECT_NEAR(shares[1], 0.4424, 0.12);
  EXPECT_LT(shares[2], 0.05);
  EXPECT_LT(shares[3], 0.02);
  const PairShare pair = surrogate.strongest_pairs(3).front();
  EXPECT_EQ(pair.a, 0U);
  EXPECT_EQ(pair.b, 2U);
  EXPECT_NEAR(pair.share, 0.2437, 0.09);
}

TEST(Importance, InactiveParametersTellNothing) {
  const Space space(
      {{"kind", choice({"a", "b"})}, {"of_a", real(0, 1), Condition{"kind", {0}}}, {"x", real(0, 1)}});
  const Results results = tried(space, 300, 0.01, [](const Assignment& v) { return v[0] + 0.3 * v[2]; });
  const std::vector<double> shares = Surrogate(space, results).variance_shares();
  EXPECT_GT(shares[0], 0.9);
  EXPECT_LT(shares[1], 0.01);
}

TEST(Importance, TunabilityIsTheGainOfOneParameterAlone) {
  const Space space = cube(4);
  // From the default at 0.3: x0 alone gains 0.91 at most, x1 0.4, x2 nothing (the default is its best), x3
  // nothing.
  const Results results = tried(space, 800, 0.02, [](const Assignment& v) {
    return v[0] * v[0] - std::abs(v[1] - 0.7) - 0.5 * std::abs(v[2] - 0.3);
  });
  const std::vector<double> gains = Surrogate(space, results).tunability({0.3, 0.3, 0.3, 0.3});
  // Trees flatten what they show, so that gains are understated, never overstated.
  EXPECT_GT(gains[0], 0.5);
  EXPECT_LT(gains[0], 0.91);
  EXPECT_GT(gains[1], 0.2);
  EXPECT_LT(gains[1], 0.4);
  EXPECT_LT(gains[2], 0.05);
  EXPECT_NEAR(gains[3], 0, 0.03);
}

}  // namespace
}  // namespace tailor
