// The tree-structured Parzen estimator (Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS
// 2011), in its multivariate form (Falkner et al., BOHB, ICML 2018): trials are split into a good tenth and
// the rest; among draws from the density of the good ones, the one that is most probable relative to the
// density of the rest is tried next. Differences from Optuna's: Sobol points first; one density over the
// whole conditional space instead of groups of parameters; bandwidths follow the spread of each group; failed
// trials count as bad.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "tailor/tune/samplers/makers.h"
#include "tailor/tune/samplers/parzen.h"
#include "tailor/tune/samplers/startup.h"
#include "tailor/tune/samplers/tried.h"

namespace tailor {
namespace {

constexpr int tpe_startup = 10;
constexpr double good_share = 0.1;
constexpr std::size_t most_good = 25;
// Of more bad trials than this, evenly spaced ones stand for all: proposing takes the same time in long
// studies.
constexpr std::size_t most_bad = 1000;
constexpr std::uint64_t candidates = 24;  // more make the search greedier, not better

// The order of merit: complete trials by value, then pruned ones by how far they came, then those without a
// value.
struct Merit {
  int rank = 0;
  double value = 0;
  std::uint32_t place = 0;  // in the history

  bool operator<(const Merit& other) const {
    if (rank != other.rank) return rank < other.rank;
    return value != other.value ? value < other.value : place < other.place;
  }
};

Merit merit(const Observation& o, std::size_t place) {
  constexpr int worst = std::numeric_limits<int>::max();
  const bool valued = o.state != Observation::State::failed && std::isfinite(o.value);
  const bool pruned = o.state == Observation::State::pruned;
  const int rank = !valued || (pruned && o.step < 0) ? worst : pruned ? worst - 1 - o.step : 0;
  return {rank, valued ? o.value : 0, static_cast<std::uint32_t>(place)};
}

struct Split {
  std::vector<const Assignment*> good, bad;  // in the order of the history
};

// Running trials count as bad (the constant liar), so that others keep away from them.
Split split(std::span<const Observation> history) {
  std::vector<Merit> ended;
  ended.reserve(history.size());
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].state != Observation::State::running) ended.push_back(merit(history[i], i));
  }
  const auto wanted = static_cast<std::size_t>(std::ceil(good_share * static_cast<double>(ended.size())));
  const std::size_t n = std::min(wanted, most_good);
  std::nth_element(ended.begin(), ended.begin() + static_cast<std::ptrdiff_t>(n), ended.end());
  std::vector<char> is_good(history.size(), 0);
  for (std::size_t i = 0; i < n; ++i) is_good[ended[i].place] = 1;

  Split result;
  const std::size_t bad = history.size() - n, kept = std::min(bad, most_bad);
  std::size_t passed = 0;  // bad trials so far
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (is_good[i]) {
      result.good.push_back(&history[i].assignment);
      continue;
    }
    const bool chosen = passed * kept / bad != (passed + 1) * kept / bad;
    ++passed;
    if (chosen || history[i].state == Observation::State::running)
      result.bad.push_back(&history[i].assignment);
  }
  return result;
}

class TpeSampler final : public Sampler {
 public:
  explicit TpeSampler(const SamplerOptions& options)
      : repeats_(options.repeats), startup_trials_(options.startup >= 0 ? options.startup : tpe_startup) {}

  std::optional<Assignment> propose(const Space& space, std::span<const Observation> history,
                                    int trial_number, Key key) override {
    Tried tried(space, history, repeats_);
    if (informative(history) < std::max(startup_trials_, 1)) {
      return startup_.propose(space, tried, trial_number, key);
    }
    const auto [good, bad] = split(history);
    const Parzen likely(space, good, std::vector<double>(good.size(), 1.0));
    const Parzen unlikely(space, bad, std::vector<double>(bad.size(), 1.0));

    const Key trial = key.with(Purpose::proposal).with(static_cast<std::uint64_t>(trial_number));
    std::vector<Assignment> drawn;
    for (std::uint64_t i = 0; i < candidates; ++i) drawn.push_back(likely.sample(trial.with(i)));
    std::vector<double> gain = likely.log_density(drawn);
    const std::vector<double> loss = unlikely.log_density(drawn);
    for (std::size_t i = 0; i < gain.size(); ++i) gain[i] -= loss[i];
    std::vector<std::size_t> best_first(drawn.size());
    std::iota(best_first.begin(), best_first.end(), std::size_t{0});
    std::stable_sort(best_first.begin(), best_first.end(),
                     [&](std::size_t a, std::size_t b) { return gain[a] > gain[b]; });
    return tried.first_new(
        [&](std::uint64_t i) { return i < candidates ? drawn[best_first[i]] : likely.sample(trial.with(i)); },
        trial);
  }

 private:
  bool repeats_;
  int startup_trials_;
  Startup startup_;
};

}  // namespace

std::unique_ptr<Sampler> make_tpe_sampler(const SamplerOptions& options) {
  return std::make_unique<TpeSampler>(options);
}

}  // namespace tailor
