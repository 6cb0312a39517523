#include "tailor/train/metrics.h"

#include <cmath>

#include "tailor/train/measuring/image_values.h"
#include "tailor/train/measuring/metric_estimate.h"

namespace tailor {

bool score_has(Metric metric) { return metric == Metric::accuracy || metric == Metric::loss; }

void set_objective(EpochMetrics& m, Metric metric, const Predictions& predictions) {
  const double n = static_cast<double>(m.validation.count), share = m.validation.accuracy;
  if (metric == Metric::accuracy) {
    m.objective = share, m.objective_error = n < 2 ? 0 : std::sqrt(share * (1 - share) / (n - 1));
  } else if (metric == Metric::loss) {
    m.objective = m.validation.loss, m.objective_error = m.validation.loss_error;
  } else {
    const MetricValues values = image_values(metric, predictions);
    m.objective = values.value, m.objective_error = standard_error(values);
  }
}

bool better(Metric metric, const EpochMetrics& a, const EpochMetrics& b) {
  if (a.objective != b.objective) return maximizes(metric) == (a.objective > b.objective);
  return a.validation.loss < b.validation.loss;
}

}  // namespace tailor
