#include "tailor/report/recommendation_words.h"

#include <fmt/format.h>

#include "tailor/base/counted.h"

namespace tailor {

std::vector<std::string> words_of(const Recommendation& r, const MeasureText& measure) {
  if (!r.odds)
    return {"How likely it is among the best settings tried is not known: none was",
            "trained twice, so that the noise of a result is not known. Studies with repeats",
            "tell (`tailor tune --repeats N`). `tailor confirm` races the leading settings",
            "on fresh seeds instead, and says what the winner of that is worth."};
  const RecommendationOdds& o = *r.odds;
  const auto amount = [&](double v) {
    return measure.accuracy() ? fmt::format("{:.2f} points", 100 * v) : fmt::format("{:.3g}", v);
  };
  return {fmt::format("Recommended by {} of it; the seed moves a result by {} (sd).",
                      counted(r.reports, "training"), amount(o.noise_sd)),
          fmt::format("No setting tried is better by more than that with probability {:.0f} %,",
                      100 * o.near_best),
          fmt::format("none is better at all with {:.0f} %.", 100 * o.best)};
}

}  // namespace tailor
