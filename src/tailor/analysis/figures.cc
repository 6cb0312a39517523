#include "tailor/analysis/figures.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

// `images`: that each value is a share of; 0 if it is no share.
std::optional<Figure> figure(const std::vector<double>& values, std::int64_t images) {
  if (values.empty()) return std::nullopt;
  if (values.size() > 1) {
    const Estimate mean = images > 0 ? of_accuracy(mean_interval(values)) : result_interval(values, false);
    return Figure{mean, std::sqrt(variance(values))};
  }
  if (images == 0) return std::nullopt;
  const Interval interval = wilson_interval(values[0], images);
  return Figure{{values[0], interval.low, interval.high}};
}

}  // namespace

const EpochMetrics& best_epoch(const std::vector<EpochMetrics>& history) {
  return *std::max_element(history.begin(), history.end(), [](const EpochMetrics& a, const EpochMetrics& b) {
    if (a.validation.accuracy != b.validation.accuracy) return a.validation.accuracy < b.validation.accuracy;
    return a.validation.loss > b.validation.loss;
  });
}

FourFigures four_figures(const ConfirmationCandidate& candidate) {
  std::vector<double> validation, train, test, loss;
  std::int64_t validation_images = 0, train_images = 0, test_images = 0;
  for (const ConfirmationRun& run : candidate.runs) {
    if (!run.final_run || run.history.empty()) continue;
    const EpochMetrics& best = best_epoch(run.history);
    validation.push_back(best.validation.accuracy);
    train.push_back(best.train_sample.accuracy);
    validation_images = best.validation.count;
    train_images = best.train_sample.count;
    if (!run.test) continue;
    test.push_back(run.test->accuracy);
    loss.push_back(run.test->loss);
    test_images = run.test->count;
  }
  return {figure(validation, validation_images), figure(train, train_images), figure(test, test_images),
          figure(loss, 0)};
}

}  // namespace tailor
