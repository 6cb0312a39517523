#include "tailor/report/recommendation_words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace tailor {
namespace {

// Said of something that is true at least as often (docs/recommending.md).
std::string at_least(double p) {
  return fmt::format("at least {:.0f} %", std::min(std::floor(100 * p + 1e-9), 99.0));
}

}  // namespace

std::string recommendation_words(const Recommendation& r, const MeasureText& measure) {
  if (!r.odds)
    return fmt::format(
        "How likely trial {} is truly among the best settings tried cannot be told: hardly anything was trained "
        "again with another seed, so that the noise of a result is not known. `tailor confirm` trains the "
        "leading settings again; after it the study tells.",
        r.trial);
  const RecommendationOdds& o = *r.odds;
  const std::string sd =
      measure.accuracy() ? fmt::format("{:.2f} points", 100 * o.noise_sd) : fmt::format("{:.3g}", o.noise_sd);
  return fmt::format(
      "Of the settings tried trial {} is recommended, by {} trainings of it. Settings that were trained again vary by "
      "{} over seeds (standard deviation, of all of them together). With a probability of {} no setting that was "
      "trained to its end is truly better by more than that, with {} none is better at all.",
      r.trial, r.reports, sd, at_least(o.near_best), at_least(o.best));
}

}  // namespace tailor
