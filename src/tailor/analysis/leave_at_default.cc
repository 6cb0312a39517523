#include "tailor/analysis/leave_at_default.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/statistics.h"
#include "tailor/math/gaussian_process.h"
#include "tailor/tune/samplers/gp_encoding.h"

namespace tailor {
namespace {

constexpr std::size_t most_results = 400;
constexpr double least_loss = 1e-9;
// Standard deviations of the posterior: the normal's 99 % quantile. Its hyperparameters are fitted, and
// taking them for known makes it too narrow.
constexpr double certainty = 2.326;

}  // namespace

std::vector<std::size_t> leave_at_default(const Space& space, const Results& results, const Assignment& best,
                                          const Assignment& untuned, double margin) {
  std::vector<std::size_t> safe;
  const std::size_t count = std::min(results.values.size(), most_results);
  if (count < least_trials_for_importance || !(margin > 0)) return safe;
  const std::span<const double> values = std::span(results.values).first(count);
  const bool losses = *std::max_element(values.begin(), values.end()) < 0;
  const GpEncoding encoding(space);
  GpData data;
  for (std::size_t i = 0; i < count; ++i) {
    encoding.append(results.settings[i], data.x);
    data.y.push_back(losses ? std::log(std::max(-values[i], least_loss)) : -values[i]);
  }
  const double centre = mean(data.y), spread = std::sqrt(variance(data.y));
  if (!(spread > 0)) return safe;
  for (double& y : data.y) y = (y - centre) / spread;
  const GpPosterior posterior(encoding.shape(), data,
                              fit_gp(encoding.shape(), data, default_hyperparameters(encoding.shape())));

  std::vector<double> at_best;
  encoding.append(best, at_best);
  double allowed = margin / spread;
  if (losses) {  // of a loss that is no lucky one
    double predicted = 0, unused = 0;
    posterior.predict(at_best, {&predicted, 1}, {&unused, 1});
    const double loss =
        std::max(-*std::max_element(values.begin(), values.end()), std::exp(centre + spread * predicted));
    allowed = std::log1p(margin / loss) / spread;
  }
  for (std::size_t i = 0; i < space.size(); ++i) {
    // An inactive parameter has no default here.
    if (std::isnan(best[i]) || std::isnan(untuned[i]) || best[i] == untuned[i]) continue;
    Assignment back = best;
    back[i] = untuned[i];
    std::vector<double> row;
    encoding.append(back, row);
    const GpDifference costs = posterior.difference(row, at_best);
    if (costs.mean + certainty * std::sqrt(costs.variance) < allowed) safe.push_back(i);
  }
  return safe;
}

}  // namespace tailor
