#include "tailor/analysis/noise.h"

#include <cmath>

#include <gtest/gtest.h>

#include "analysis/simulate.h"

namespace tailor {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

// Candidates of different means, some dropped after a few seeds; `shared` is the variance that all have in
// common with a seed.
std::vector<std::vector<double>> race(Key key, double sd, double shared = 0) {
  const std::vector<std::size_t> runs = {12, 12, 8, 4, 4, 2, 2, 1};
  std::vector<std::vector<double>> table;
  for (std::size_t c = 0; c < runs.size(); ++c) {
    std::vector<double>& row = table.emplace_back(12, nothing);
    for (std::size_t s = 0; s < runs[c]; ++s)
      row[s] = 0.1 * static_cast<double>(c) + std::sqrt(sd * sd - shared) * key.with(c).normal(s) +
               std::sqrt(shared) * key.with(99).normal(s);
  }
  return table;
}

TEST(Noise, HasNoBias) {
  double sum = 0;
  constexpr int studies = 3000;
  for (std::uint64_t s = 0; s < studies; ++s) sum += std::pow(seed_noise(race(Key(s), 0.004)).value().sd, 2);
  EXPECT_NEAR(std::sqrt(sum / studies), 0.004, 0.0001);
}

TEST(Noise, KnowsWhatPairsShare) {
  double alone = 0, shared = 0;
  for (std::uint64_t s = 0; s < 200; ++s) {
    alone += seed_noise(race(Key(s), 1)).value().paired_sd / 200;
    shared += seed_noise(race(Key(s), 1, 0.75)).value().paired_sd / 200;
  }
  EXPECT_NEAR(alone, 1, 0.05);
  EXPECT_NEAR(shared, 0.5, 0.03);
}

TEST(Noise, SettingsOfUnequalNoiseHaveFewerDegreesOfFreedom) {
  std::vector<std::vector<double>> equal, unequal;
  for (std::uint64_t c = 0; c < 8; ++c) {
    equal.push_back(test::normals(6, 0, 1, Key(c)));
    unequal.push_back(test::normals(6, 0, c == 0 ? 10 : 1, Key(c)));
  }
  EXPECT_GT(seed_noise(equal).value().degrees_of_freedom, 25);
  EXPECT_LT(seed_noise(unequal).value().degrees_of_freedom, 15);
}

TEST(Noise, NothingWithoutRepeats) {
  const std::vector<std::vector<double>> table = {{1, nothing}, {2, nothing}};
  EXPECT_FALSE(seed_noise(table));
}

TEST(Noise, OfAConfirmationTakesRaceAndFinalRuns) {
  ConfirmationTable table;
  table.candidates.resize(2);
  table.candidates[0].runs = {{0, 1.0}, {1, 3.0}, {7, 5.0, true}};
  table.candidates[1].runs = {{0, 1.0}};
  const Noise noise = seed_noise(table).value();
  EXPECT_DOUBLE_EQ(noise.sd, 2);
  EXPECT_EQ(noise.degrees_of_freedom, 2);
  table.candidates[1].runs.push_back({1, 9.0});
  EXPECT_GT(seed_noise(table).value().sd, 2);
  table.winner = 0;
  EXPECT_DOUBLE_EQ(seed_noise(table).value().sd, 2);
}

TEST(Noise, ShareOfTheSpread) {
  const Noise noise = seed_noise(race(Key(3), 0.5)).value();
  const std::vector<double> results = test::normals(200, 0, 2, Key(4));
  EXPECT_NEAR(noise_share(noise, results), 0.0625, 0.03);
  EXPECT_TRUE(std::isnan(noise_share(noise, std::vector<double>{1, 1})));
}

}  // namespace
}  // namespace tailor
