// What a training prints at its end: text for a terminal of 80 columns. The caller prints it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "tailor/report/run_summary.h"

namespace tailor {

// The four figures: maximum validation accuracy, training accuracy there, test accuracy, test loss; each with
// the images behind it, accuracies with Wilson's 95 % interval, the loss with its standard error where that
// was measured. While the test images are sealed, the command that opens them stands in their place.
// `run_folder` is written into that command.
std::string closing_table(const RunSummary& summary, const std::string& run_folder);

// All metrics with their 95 % intervals over images, a line for each.
// The objective of each fold, and how they scatter.
std::string folds_table(const RunSummary& summary);

std::string metrics_table(const MetricEstimates& estimates);

// Precision, recall, F1 and images of each class (of more than `most_rows` classes, those with the lowest
// F1), then the worst confusions.
std::string class_table(const Confusion& confusion, std::span<const std::string> class_names,
                        std::size_t most_rows = 30);

}  // namespace tailor
