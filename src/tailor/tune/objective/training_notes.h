// What a trial keeps of its training besides the objective's values: user attributes, written by
// training_objective.h and read by the analysis.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/storage/trial_record.h"
#include "tailor/train/measuring/metric.h"
#include "tailor/train/measuring/metric_estimate.h"
#include "tailor/train/metrics.h"
#include "tailor/train/mistakes.h"

namespace tailor {

namespace note_key {
inline constexpr const char* history = "tailor:history";    // each epoch's scores
inline constexpr const char* mistakes = "tailor:mistakes";  // final runs: on validation images
inline constexpr const char* test = "tailor:test";          // final runs: the score on the test images
inline constexpr const char* metrics = "tailor:metrics";  // complete trials: all metrics with their intervals
}  // namespace note_key

// What a final run scored on the test images, and which of them it judged right: with that, two settings are
// compared image by image, and test images with validation images. Of another metric than accuracy, what each image
// contributes to it (train/measuring/image_values.h), in 65,536 steps from the least to the most.
struct TestNote {
  Score score;
  std::vector<bool> right;       // in the images' order
  std::string images_hash = {};  // ImageSet::content_hash of the test images; older notes have none
  std::vector<bool> validation_right = {};  // by the same weights, in the split's order; older: none
  Metric metric = Metric::accuracy;         // of the study
  std::vector<float> values = {};           // [image]; of accuracy, and in older notes, none: `right` tells
};

// Of the network that the study's measure is of.
struct MetricsNote {
  std::optional<MetricEstimates> validation{};
  std::optional<MetricEstimates> test{};  // final runs, if the test images may be opened
};

// Accuracies, losses and numbers of images (train, train_sample, validation) of epochs 1, 2, …; other fields
// are not kept, but for the last epoch's objective_error.
std::string history_note(const std::vector<EpochMetrics>& history);
std::string mistakes_note(const Mistakes& mistakes);
std::string test_note(const TestNote& test);
std::string metrics_note(const MetricsNote& kept);  // values and intervals, without standard errors

// Empty where a trial has no such note.
std::vector<EpochMetrics> read_history(const Attributes& attributes);
std::optional<Mistakes> read_mistakes(const Attributes& attributes);
std::optional<TestNote> read_test(const Attributes& attributes);
MetricsNote read_metrics(const Attributes& attributes);

}  // namespace tailor
