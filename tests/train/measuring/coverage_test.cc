// How often the 95 % intervals of metrics hold, over draws of images from populations whose metrics are known: equal and
// unequal classes, two and ten of them, good and poor networks, few images and many.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#include "tailor/train/measuring/metric_estimate.h"
#include "train/measuring/made_up_predictions.h"

namespace tailor {
namespace {

struct Cell {
  const char* name;
  Population population;
  std::size_t images;
};

const std::vector<Cell>& cells() {
  static const std::vector<double> tenth(10, 0.1);
  static const std::vector<Cell> all = {
      {"two classes, poor, 200 images", {{0.5, 0.5}, {1, 1}, 1}, 200},
      {"two classes, 1 to 9, 300 images", {{0.9, 0.1}, {2, 2}, 2}, 300},
      {"three unequal classes, 500 images", {{0.7, 0.2, 0.1}, {2, 1.5, 2.5}, 3}, 500},
      {"ten classes, 1,000 images", {tenth, {2, 2.2, 2.4, 2.6, 2.8, 3, 3.2, 3.4, 3.6, 3.8}, 2}, 1000},
      {"ten classes, nearly all right, 1,000 images", {tenth, std::vector<double>(10, 5), 3}, 1000},
      {"ten classes, well calibrated, 2,000 images", {tenth, std::vector<double>(10, 2.5), 2.5}, 2000},
  };
  return all;
}

// TAILOR_COVERAGE_DRAWS=2000 is the long form, whose figures stand in docs/metrics.md.
TEST(MetricIntervals, HoldAsOftenAsTheySay) {
  const char* given = std::getenv("TAILOR_COVERAGE_DRAWS");
  const int draws = given ? std::atoi(given) : 150;
  std::printf("%d draws: share of intervals that hold; mean width\n", draws);
  for (const Cell& cell : cells()) {
    const MetricEstimates truth = estimate_all(draw(cell.population, given ? 400'000 : 60'000, 999));
    std::array<int, metric_count> held{};
    std::array<double, metric_count> width{};
    for (int d = 0; d < draws; ++d) {
      const MetricEstimates estimates =
          estimate_all(draw(cell.population, cell.images, 1000 + static_cast<std::uint64_t>(d)));
      for (std::size_t m = 0; m < metric_count; ++m) {
        const MetricEstimate& e = estimates[m];
        held[m] += e.interval.low <= truth[m].value && truth[m].value <= e.interval.high;
        width[m] += (e.interval.high - e.interval.low) / draws;
        EXPECT_LE(e.interval.low, e.value);
        EXPECT_LE(e.value, e.interval.high);
      }
    }
    std::printf("%s\n", cell.name);
    for (std::size_t m = 0; m < metric_count; ++m) {
      const double share = static_cast<double>(held[m]) / draws;
      std::printf("  %-20s truth %.4f  held %5.1f %%  width %.4f\n", std::string(metrics[m].name).c_str(),
                  truth[m].value, 100 * share, width[m]);
      // The mean loss of a network that errs once or twice in all images hangs on what these few cost: no interval
      // from the images knows it.
      const bool hopeless = metrics[m].metric == Metric::loss && truth[m].value < 0.01;
      EXPECT_GE(share, (hopeless ? 0.85 : 0.945) - 3 * std::sqrt(0.95 * 0.05 / draws))
          << cell.name << ": " << metrics[m].name;
    }
  }
}

}  // namespace
}  // namespace tailor
