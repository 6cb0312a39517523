#include "tailor/analysis/bootstrap.h"

#include <gtest/gtest.h>

#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

const std::vector<double> sample = {1.0, 2.0, 2.5, 3.0, 10.0, 4.0, 2.2, 1.7, 0.4, 6.0, 3.3, 2.9};

double mean_of(std::span<const std::size_t> places) {
  double sum = 0;
  for (const std::size_t i : places) sum += sample[i];
  return sum / static_cast<double>(places.size());
}

TEST(Bootstrap, ReplicatesAreAFunctionOfTheKey) {
  const auto draw = [](std::uint64_t seed) { return bootstrap(sample.size(), 20, Key(seed), mean_of); };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

TEST(Bootstrap, PercentilesLeaveOutWhatIsNoNumber) {
  std::vector<double> replicates = {std::numeric_limits<double>::quiet_NaN()};
  for (int i = 0; i <= 100; ++i) replicates.push_back(i);
  const Estimate e = percentile_interval(50, replicates);
  EXPECT_NEAR(e.low, 2.5, 1e-9);
  EXPECT_NEAR(e.high, 97.5, 1e-9);
}

}  // namespace
}  // namespace tailor
