#include "tailor/tune/pruners/rungs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tailor {

std::vector<int> make_rungs(int first, int factor, int epochs) {
  std::vector<int> rungs{epochs};
  for (int rung = epochs / factor; rung >= std::max(first, 1); rung /= factor) rungs.push_back(rung);
  std::reverse(rungs.begin(), rungs.end());
  return rungs;
}

std::optional<double> value_at(const PrunerTrial& trial, int epoch) {
  double value = std::numeric_limits<double>::quiet_NaN();
  if (static_cast<int>(trial.values.size()) >= epoch) {
    value = trial.values[static_cast<std::size_t>(epoch) - 1];
  } else if (trial.state == PrunerTrial::State::complete && !trial.values.empty()) {
    value = trial.values.back();
  }
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

std::optional<Resumption> best_paused(std::vector<Ranked> reached, std::size_t among_best,
                                      std::span<const PrunerTrial> trials, int epoch, int until) {
  const std::size_t count = std::min(among_best, reached.size());
  const auto end = reached.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(reached.begin(), end, reached.end());
  std::sort(reached.begin(), end);
  for (auto r = reached.begin(); r != end; ++r) {
    const PrunerTrial& trial = trials[r->trial];
    if (trial.state == PrunerTrial::State::paused && trial.scheduled == epoch)
      return Resumption{r->trial, until};
  }
  return std::nullopt;
}

}  // namespace tailor
