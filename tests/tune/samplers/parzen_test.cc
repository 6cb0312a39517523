#include "tailor/tune/samplers/parzen.h"

#include <cmath>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "tune/spaces.h"

namespace tailor {
namespace {

Parzen estimator(const Space& space, const std::vector<Assignment>& trials,
                 const std::vector<double>& weights) {
  std::vector<const Assignment*> pointers;
  for (const Assignment& trial : trials) pointers.push_back(&trial);
  return Parzen(space, pointers, weights);
}

double density(const Parzen& parzen, const Assignment& setting) {
  return std::exp(parzen.log_density(std::vector<Assignment>{setting})[0]);
}

// Expected values: parzen_golden.py, from SciPy.
TEST(Parzen, DensitiesAreThoseOfSciPy) {
  const Space space({{"x", real(0, 10)},
                     {"rate", log_real(1e-3, 1)},
                     {"n", integer(1, 5)},
                     {"width", log_integer(1, 100)},
                     {"mode", choice({"a", "b", "c"})},
                     {"depth", integer(1, 4), Condition{"mode", {0}}}});
  const Parzen parzen = estimator(space,
                                  {{2, 1e-2, 1, 8, 0, 2},
                                   {3, 5e-2, 2, 1, 1, none},
                                   {7, 2e-3, 5, 100, 0, 4},
                                   {2.5, none, 3, 30, 2, none}},  // the last is of a space without "rate"
                                  {2, 1, 1, 0.5});
  EXPECT_NEAR(parzen.bandwidth(0), 0.1967264505133092, 1e-12);
  EXPECT_NEAR(parzen.bandwidth(1), 0.20662254576076894, 1e-12);
  EXPECT_NEAR(parzen.bandwidth(2), 0.25687388837472885, 1e-12);
  EXPECT_NEAR(parzen.bandwidth(3), 0.2772788063187271, 1e-12);
  EXPECT_NEAR(parzen.bandwidth(5), 0.2519477033837427, 1e-12);
  const std::vector<Assignment> points = {
      {2.2, 1.5e-2, 2, 4, 0, 1}, {9.9, 0.9, 5, 64, 1, none}, {0, 1e-3, 1, 1, 2, none}};
  const std::vector<double> logs = parzen.log_density(points);
  // Narrow cells take the density at their middle: a difference of a thousandth.
  EXPECT_NEAR(logs[0], -4.808621585022981, 1e-3);
  EXPECT_NEAR(logs[1], -10.239174123474166, 1e-3);
  EXPECT_NEAR(logs[2], -5.399301366470716, 1e-9);
}

TEST(Parzen, MassesOfADiscreteConditionalSpaceSumToOne) {
  const Space space = small_conditional_space();
  const Parzen parzen =
      estimator(space, {{0, 0.5, 1, none, 0}, {1, none, none, 2, 1}, {0, 1, 0, none, 0}}, {1, 1, 2});
  double sum = 0;
  for (double optimizer = 0; optimizer < 3; ++optimizer) {
    for (double flip = 0; flip < 2; ++flip) {
      if (optimizer == 2) sum += density(parzen, {2, none, none, none, flip});
      for (double second = 0; second < 2; ++second) {
        if (optimizer == 1) sum += density(parzen, {1, none, none, second + 1, flip});
        for (double momentum = 0; optimizer == 0 && momentum < 3; ++momentum) {
          sum += density(parzen, {0, momentum / 2, second, none, flip});
        }
      }
    }
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(Parzen, DensitiesIntegrateToOne) {
  const std::vector<Distribution> kinds = {real(-2, 3), log_real(1e-4, 10), real(0, 6, 0.5), integer(0, 12),
                                           log_integer(1, 40)};
  for (const Distribution& d : kinds) {
    const Space space({{"x", d}});
    const Parzen parzen =
        estimator(space, {{snap(d, 0.5)}, {snap(d, 1)}, {snap(d, 2.5)}, {1e9}}, {1, 2, 1, 1});
    double sum = 0;
    const std::optional<std::uint64_t> values = cardinality(d);
    const std::uint64_t n = values.value_or(20000);
    for (std::uint64_t i = 0; i < n; ++i) {
      sum += density(
          parzen,
          {values ? value_at(d, i) : from_unit(d, (static_cast<double>(i) + 0.5) / static_cast<double>(n))});
    }
    EXPECT_NEAR(values ? sum : sum / static_cast<double>(n), 1, 1e-4);
  }
  // Many values, whose masses are approximated by the density at the middle of their cells where they are
  // narrow.
  for (const Distribution& d : {integer(1, 1000), log_integer(1, 1000), real(0, 10, 0.1)}) {
    const Space space({{"x", d}});
    const Parzen parzen = estimator(space, {{snap(d, 1)}, {snap(d, 5)}, {snap(d, 300)}}, {1, 1, 1});
    double sum = 0;
    for (std::uint64_t i = 0; i < *cardinality(d); ++i) sum += density(parzen, {value_at(d, i)});
    EXPECT_NEAR(sum, 1, 1e-3);
  }
}

TEST(Parzen, DrawsFollowTheDensity) {
  const Space space = small_conditional_space();
  const Parzen parzen = estimator(space, {{0, 0.5, 1, none, 0}, {1, none, none, 2, 1}}, {3, 1});
  std::map<std::uint64_t, std::pair<Assignment, int>> counts;
  constexpr int draws = 40000;
  for (std::uint64_t i = 0; i < draws; ++i) {
    const Assignment setting = parzen.sample(Key(1).with(i));
    ASSERT_TRUE(space.contains(setting));
    auto& entry = counts[setting_hash(setting)];
    entry.first = setting;
    ++entry.second;
  }
  for (const auto& [hash, entry] : counts) {
    const double p = density(parzen, entry.first);
    EXPECT_NEAR(entry.second, draws * p, 5 * std::sqrt(draws * p)) << p;
  }
}

TEST(Parzen, RealDrawsFollowTheDensity) {
  const Space space({{"x", log_real(1e-3, 1)}});
  const Parzen parzen = estimator(space, {{2e-3}, {5e-1}}, {1, 2});
  constexpr int draws = 40000, bins = 20;
  std::vector<int> counts(bins);
  for (std::uint64_t i = 0; i < draws; ++i) {
    ++counts[static_cast<std::size_t>(to_unit(space.distribution(0), parzen.sample(Key(2).with(i))[0]) *
                                      bins)];
  }
  for (int bin = 0; bin < bins; ++bin) {
    const double p = density(parzen, {from_unit(space.distribution(0), (bin + 0.5) / bins)}) / bins;
    EXPECT_NEAR(counts[static_cast<std::size_t>(bin)], draws * p, 5 * std::sqrt(draws * p) + 10) << bin;
  }
}

}  // namespace
}  // namespace tailor
