// Bayesian optimisation: a Gaussian process predicts every setting's value with its uncertainty; the setting
// with the greatest expected improvement is tried next. Improvement is counted from the best predicted value
// at a tried setting, not from the best value seen, which may be luck. Running trials count with their
// prediction.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "tailor/math/warping.h"
#include "tailor/tune/samplers/gp_search.h"
#include "tailor/tune/samplers/makers.h"
#include "tailor/tune/samplers/remaining_change.h"
#include "tailor/tune/samplers/startup.h"

namespace tailor {
namespace {

constexpr int gp_startup = 6;
constexpr int hedge = 4;                  // one trial of so many is TPE's
constexpr std::size_t most_fitted = 128;  // trials that the hyperparameters are fitted to
constexpr std::size_t most_used = 600;    // trials that predictions use

// What is known of the objective, in the order of the history.
struct Known {
  std::vector<const Assignment*> settings;
  std::vector<double> values;
};

bool valued(const Observation& o) {
  const bool pruned = o.state == Observation::State::pruned && o.step >= 0;
  return (o.state == Observation::State::complete || pruned) && std::isfinite(o.value);
}

// A pruned trial counts with what it would have come to, had it changed as the completed ones did; a failed
// one counts as the worst.
Known known(std::span<const Observation> history) {
  RemainingChange change;
  for (const Observation& o : history) {
    if (o.state == Observation::State::complete) change.add(o.curve, o.value);
  }
  Known result;
  double worst = -std::numeric_limits<double>::infinity();
  for (const Observation& o : history) {
    if (o.state == Observation::State::running) continue;
    double value = std::numeric_limits<double>::quiet_NaN();
    if (valued(o)) {
      value = o.value;
      if (o.state == Observation::State::pruned) value += change.after(static_cast<std::size_t>(o.step));
      worst = std::max(worst, value);
    }
    result.settings.push_back(&o.assignment);
    result.values.push_back(value);
  }
  if (!std::isfinite(worst)) return {};
  for (double& value : result.values) {
    if (std::isnan(value)) value = worst;
  }
  return result;
}

// Of too many trials the best half and the latest.
Known limited(Known all) {
  if (all.values.size() <= most_used) return all;
  std::vector<std::size_t> order(all.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t latest = most_used / 2, best = most_used - latest;
  const auto older = order.end() - static_cast<std::ptrdiff_t>(latest);
  std::stable_sort(order.begin(), older,
                   [&](std::size_t a, std::size_t b) { return all.values[a] < all.values[b]; });
  order.erase(order.begin() + static_cast<std::ptrdiff_t>(best), older);
  std::sort(order.begin(), order.end());
  Known result;
  for (const std::size_t i : order) {
    result.settings.push_back(all.settings[i]);
    result.values.push_back(all.values[i]);
  }
  return result;
}

GpData data_of(const GpEncoding& encoding, const Known& known) {
  GpData data;
  for (const Assignment* setting : known.settings) encoding.append(*setting, data.x);
  data.y = warp(known.values);
  return data;
}

class GpSampler final : public Sampler {
 public:
  explicit GpSampler(const SamplerOptions& options)
      : repeats_(options.repeats),
        startup_trials_(options.startup >= 0 ? options.startup : gp_startup),
        tpe_(make_tpe_sampler(options)) {}

  std::optional<Assignment> propose(const Space& space, std::span<const Observation> history,
                                    int trial_number, Key key) override {
    Tried tried(space, history, repeats_);
    const Known all = known(history);
    if (tried.exhausted() || space.size() == 0 || all.values.empty() ||
        informative(history) < startup_trials_) {
      return startup_.propose(space, tried, trial_number, key);
    }
    if (trial_number % hedge == hedge - 1) return tpe_->propose(space, history, trial_number, key);
    const GpEncoding encoding(space);
    const GpHyperparameters hyperparameters = fitted(encoding, all);
    const Known used = limited(all);
    GpData data = data_of(encoding, used);
    GpPosterior posterior(encoding.shape(), data, hyperparameters);

    std::vector<double> mean(used.values.size()), variance(mean.size());
    posterior.predict(data.x, mean, variance);
    std::vector<std::size_t> order(mean.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&mean](std::size_t a, std::size_t b) { return mean[a] < mean[b]; });
    std::vector<const Assignment*> best_first;
    for (const std::size_t i : order) best_first.push_back(used.settings[i]);

    double best = mean[order[0]];
    if (believe_running(encoding, history, posterior, data)) {
      best = std::min(
          best, *std::min_element(data.y.begin() + static_cast<std::ptrdiff_t>(mean.size()), data.y.end()));
      posterior = GpPosterior(encoding.shape(), data, hyperparameters);
    }
    const GpObjective objective = {posterior, best, hyperparameters};
    if (sobol_.dimensions() != space.size()) sobol_ = Sobol(space.size());
    const Key trial = key.with(Purpose::proposal).with(static_cast<std::uint64_t>(trial_number));
    return GpSearch(space, encoding, objective, tried).run(best_first, sobol_, trial);
  }

 private:
  // Adds running trials as if they had ended as predicted (the kriging believer).
  static bool believe_running(const GpEncoding& encoding, std::span<const Observation> history,
                              const GpPosterior& posterior, GpData& data) {
    std::vector<double> rows;
    for (const Observation& o : history) {
      if (o.state == Observation::State::running) encoding.append(o.assignment, rows);
    }
    if (rows.empty()) return false;
    std::vector<double> mean(rows.size() / encoding.columns()), variance(mean.size());
    posterior.predict(rows, mean, variance);
    data.x.insert(data.x.end(), rows.begin(), rows.end());
    data.y.insert(data.y.end(), mean.begin(), mean.end());
    return true;
  }

  // Hyperparameters are fitted when the number of trials has grown by a tenth, each time from the last fit: a
  // chain of fits to the first 6, 7, … trials, which depends on the trials alone. What is kept of it saves
  // time.
  GpHyperparameters fitted(const GpEncoding& encoding, const Known& all) {
    const std::size_t n = all.values.size();
    GpHyperparameters result = default_hyperparameters(encoding.shape());
    std::uint64_t hash = 0;
    for (const GpColumn& column : encoding.shape().columns)
      hash = mix64(hash ^ (2 * column.parameter + column.category));
    std::size_t hashed = 0, link = 0;
    for (std::size_t m = std::min<std::size_t>(gp_startup, n); m <= n;
         m = std::max(m + 1, m + m / 10), ++link) {
      std::vector<double> row;
      for (; hashed < m; ++hashed) {
        row.assign(1, all.values[hashed]);
        encoding.append(*all.settings[hashed], row);
        hash = mix64(hash ^ setting_hash(row));
      }
      if (link == chain_.size() || chain_[link].first != hash ||
          chain_[link].second.size() != result.size()) {
        chain_.resize(link);
        chain_.emplace_back(hash, fit_gp(encoding.shape(), data_of(encoding, first(all, m)), result));
      }
      result = chain_[link].second;
    }
    return result;
  }

  // The first m trials, evenly thinned if they are too many.
  static Known first(const Known& all, std::size_t m) {
    const std::size_t kept = std::min(m, most_fitted);
    Known part;
    for (std::size_t i = 0; i < kept; ++i) {
      part.settings.push_back(all.settings[i * m / kept]);
      part.values.push_back(all.values[i * m / kept]);
    }
    return part;
  }

  bool repeats_;
  int startup_trials_;
  std::unique_ptr<Sampler> tpe_;
  Startup startup_;
  Sobol sobol_{0};
  std::vector<std::pair<std::uint64_t, GpHyperparameters>> chain_;  // with a hash of what it was fitted to
};

}  // namespace

std::unique_ptr<Sampler> make_gp_sampler(const SamplerOptions& options) {
  return std::make_unique<GpSampler>(options);
}

}  // namespace tailor
