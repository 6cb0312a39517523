#include "tailor/train/measuring/metric.h"

#include <cmath>
#include <string>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace tailor {

const std::array<MetricInfo, metric_count> metrics = {{
    {Metric::accuracy, "accuracy", "accuracy", true, true},
    {Metric::loss, "loss", "loss", false, false},
    {Metric::balanced_accuracy, "balanced_accuracy", "balanced accuracy", true, true},
    {Metric::macro_f1, "macro_f1", "macro F1", true, true},
    {Metric::worst_recall, "worst_recall", "worst class's recall", true, true},
    {Metric::auc, "auc", "area under the curve", true, true},
    {Metric::calibration_error, "calibration_error", "calibration error", false, false},
}};

Metric metric_from_name(std::string_view name, std::string_view where) {
  std::vector<std::string> known;
  for (const MetricInfo& m : metrics) {
    if (m.name == name) return m.metric;
    known.emplace_back(m.name);
  }
  throw usage_error("{}: unknown metric '{}'{}; known are {}", where, name, did_you_mean(name, known),
                    join(known, ", "));
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
