#include "tailor/train/measuring/metric.h"

#include <cmath>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace tailor {

const std::array<MetricInfo, metric_count> metrics = {{
    {Metric::accuracy, "accuracy", "validation_accuracy", "accuracy", true},
    {Metric::loss, "loss", "validation_loss", "loss", false},
    {Metric::balanced_accuracy, "balanced_accuracy", "balanced_accuracy", "balanced accuracy", true},
    {Metric::macro_f1, "macro_f1", "macro_f1", "macro F1", true},
    {Metric::worst_recall, "worst_recall", "worst_recall", "worst class's recall", true},
    {Metric::auc, "auc", "auc", "area under the curve", true},
    {Metric::calibration_error, "calibration_error", "calibration_error", "calibration error", false},
}};

Metric metric_of_objective(std::string_view name, std::string_view where) {
  std::vector<std::string> known;
  for (const MetricInfo& m : metrics) {
    if (m.objective == name) return m.metric;
    known.emplace_back(m.objective);
  }
  throw usage_error("{}: unknown objective '{}'{}; known are {}", where, name, did_you_mean(name, known),
                    join(known, ", "));
}

std::string objective_words(Metric metric) {
  const MetricInfo& m = info(metric);
  return (m.objective == m.name ? "" : "validation ") + std::string(m.words);
}

double guessing_value(Metric metric, int classes) {
  const double c = classes;
  switch (metric) {
    case Metric::accuracy:
    case Metric::balanced_accuracy:
      return 1 / c;
    case Metric::loss:
      return std::log(c);
    case Metric::macro_f1:
      return 2 / (c * (c + 1));  // one class for all: F1 of that class is 2 / (c + 1), of the others 0
    case Metric::worst_recall:
      return 0;
    case Metric::auc:
      return 0.5;
    case Metric::calibration_error:
      return 1 - 1 / c;  // sure of one class, and right by chance
  }
  return 0;
}

}  // namespace tailor
