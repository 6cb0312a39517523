#include "tailor/tune/samplers/startup.h"

#include <algorithm>

namespace tailor {

std::optional<Assignment> Startup::propose(const Space& space, Tried& tried, int trial_number, Key key) {
  if (sobol_.dimensions() != space.size()) sobol_ = Sobol(space.size());
  const auto index = static_cast<std::uint32_t>(trial_number);
  const Key trial = key.with(Purpose::proposal).with(index);
  return tried.first_new(
      [&](std::uint64_t attempt) {
        return attempt == 0 ? from_unit(space, sobol_.point(index, key.with(Purpose::scrambling)))
                            : draw_uniform(space, trial.with(attempt));
      },
      trial);
}

int informative(std::span<const Observation> history) {
  return static_cast<int>(std::count_if(history.begin(), history.end(), [](const Observation& o) {
    return o.state == Observation::State::complete || (o.state == Observation::State::pruned && o.step >= 0);
  }));
}

}  // namespace tailor
