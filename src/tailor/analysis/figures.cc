#include "tailor/analysis/figures.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/crossed.h"
#include "tailor/analysis/gain.h"
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
  return Figure{{values[0], interval.low, interval.high}, std::nullopt, true};
}

// Over seeds and images. Nothing of fewer than two runs, or where one did not keep its images.
template <class Row>
std::optional<Estimate> over_images(const std::vector<Row>& runs) {
  if (runs.size() < 2) return std::nullopt;
  for (const Row& run : runs)
    if (run.size() < 2 || run.size() != runs.front().size()) return std::nullopt;
  return interval_of(crossed(runs), runs.front().size());
}

double loss_after(const ConfirmationRun& run, std::size_t epochs) {
  return run.history[epochs - 1].validation.loss;
}

// The length after which the race's runs have the lowest mean loss.
std::size_t lowest_loss(const ConfirmationCandidate& candidate, std::size_t length) {
  std::vector<double> sums(length, 0.0);
  for (const ConfirmationRun& run : candidate.runs)
    for (std::size_t e = 0; e < length && !run.final_run && run.history.size() == length; ++e)
      sums[e] += loss_after(run, e + 1);
  return static_cast<std::size_t>(std::min_element(sums.begin(), sums.end()) - sums.begin()) + 1;
}

}  // namespace

std::optional<Estimate> test_mean(const ConfirmationCandidate& candidate, bool maximize) {
  std::vector<std::vector<float>> values;
  std::vector<double> of_seed;
  for (const ConfirmationRun& run : candidate.runs) {
    if (!run.final_run || run.test_values.empty()) continue;
    values.push_back(run.test_values);
    of_seed.push_back(mean(std::vector<double>(run.test_values.begin(), run.test_values.end())));
  }
  std::optional<Estimate> e = over_images(values);
  if (!e) return e;
  if (maximize) return of_accuracy(*e);
  e->high = std::max(e->high, result_interval(of_seed, false).high);  // other images make it no narrower
  return e;
}

std::optional<LossBaseline> loss_baseline(const ConfirmationTable& confirmation) {
  const auto place = confirmation.find_role(candidate_role::untuned);
  if (confirmation.metric == Metric::loss || !place || !confirmation.winner || place == confirmation.winner)
    return std::nullopt;
  const ConfirmationCandidate &untuned = confirmation.candidates[*place],
                              &winner = confirmation.candidates[*confirmation.winner];
  const auto raced = std::find_if(untuned.runs.begin(), untuned.runs.end(), [](const ConfirmationRun& r) {
    return !r.final_run && !r.history.empty();
  });
  if (raced == untuned.runs.end()) return std::nullopt;
  const std::size_t length = raced->history.size(), best = lowest_loss(untuned, length);
  if (best == length) return std::nullopt;
  std::vector<double> lowest, end, tuned;
  for (const ConfirmationRun& a : untuned.runs) {
    for (const ConfirmationRun& b : winner.runs) {
      if (!a.final_run || !b.final_run || a.seed_index != b.seed_index) continue;
      if (a.history.size() != length || b.history.empty()) continue;
      lowest.push_back(loss_after(a, best));
      end.push_back(loss_after(a, length));
      tuned.push_back(loss_after(b, b.history.size()));
    }
  }
  if (lowest.size() < 2) return std::nullopt;
  return LossBaseline{static_cast<int>(best), result_interval(lowest, false), result_interval(end, false),
                      result_interval(tuned, false), paired_gain(lowest, tuned)};
}

const EpochMetrics& best_epoch(const std::vector<EpochMetrics>& history) {
  return *std::max_element(history.begin(), history.end(), [](const EpochMetrics& a, const EpochMetrics& b) {
    if (a.validation.accuracy != b.validation.accuracy) return a.validation.accuracy < b.validation.accuracy;
    return a.validation.loss > b.validation.loss;
  });
}

FourFigures four_figures(const ConfirmationCandidate& candidate) {
  std::vector<double> validation, train, test, loss;
  std::vector<std::vector<bool>> right;
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
    right.push_back(run.test_right);
  }
  FourFigures figures{figure(validation, validation_images), figure(train, train_images),
                      figure(test, test_images), figure(loss, 0)};
  if (const auto crossed = over_images(right)) {
    figures.test_accuracy->mean = of_accuracy(*crossed);
    figures.test_accuracy->other_images = true;
  }
  return figures;
}

}  // namespace tailor
