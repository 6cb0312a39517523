#include "tailor/report/recommendation_words.h"

#include <fmt/format.h>

namespace tailor {
namespace {

std::string chance(double p) {
  return p > 0.99 ? "more than 99 %" : p < 0.01 ? "less than 1 %" : fmt::format("{:.0f} %", 100 * p);
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
      "{} over seeds (standard deviation, of all of them together). With a probability of {}{} no setting that was "
      "trained to its end is truly better by more than that, with {} none is better at all.",
      r.trial, r.reports, sd, chance(o.near_best), o.near_best == most_sure ? " or more" : "",
      chance(o.best));
}

}  // namespace tailor
