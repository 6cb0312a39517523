#include "tailor/analysis/importance.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/bootstrap.h"
#include "tailor/analysis/ped_anova.h"
#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

constexpr int resamples = 100, trees_each = 4, trees_of_all = 2, trees_of_half = 2;
constexpr std::size_t most_rows = 2000;
// Trees that only predict are grown deeper: what two settings differ in may be small beside the whole spread.
constexpr TreeOptions deep = {.least_leaf = 2, .most_leaves = 400, .features = 0.8};

double predict(const std::vector<Tree>& trees, std::span<const std::uint8_t> place) {
  double sum = 0;
  for (const Tree& tree : trees) sum += tree.predict(place);
  return sum / static_cast<double>(trees.size());
}

Estimate of_replicates(const std::vector<double>& replicates) {
  return percentile_interval(mean(replicates), replicates);
}

}  // namespace

Surrogate::Surrogate(const Space& space, const Results& results, Key key)
    : space_(space), grid_(space), key_(key.with(Purpose::resampling)) {
  GridSample sample;
  sample.values = results.values;
  for (std::size_t t = 0; t < results.settings.size(); ++t)
    sample.places.push_back(grid_.place(results.settings[t], key_.with(t)));

  const std::size_t size = space.size();
  std::vector<std::vector<double>> single(size), pair(size * size);
  for (std::uint64_t r = 0; r < resamples; ++r) {
    const Key own = key_.with(r).with(1);
    std::vector<std::size_t> rows = resample(sample.values.size(), own);
    rows.resize(std::min(rows.size(), most_rows));
    Resample& made = resamples_.emplace_back();
    std::vector<double> mine(size), ours(size * size);
    for (std::uint64_t t = 0; t < trees_each; ++t) {
      const VarianceShares shares = Tree(grid_, sample, rows, own.with(t)).variance_shares();
      for (std::size_t i = 0; i < size; ++i) mine[i] += shares.single[i] / trees_each;
      for (std::size_t i = 0; i < size * size; ++i) ours[i] += shares.pair[i] / trees_each;
    }
    for (std::size_t i = 0; i < size; ++i) single[i].push_back(mine[i]);
    for (std::size_t i = 0; i < size * size; ++i) pair[i].push_back(ours[i]);

    for (std::uint64_t t = 0; t < trees_of_all; ++t)
      made.trees.emplace_back(grid_, sample, rows, own.with(50).with(t), deep);
    // The trials, not their repetitions, are split, so that the halves have none in common.
    std::vector<std::size_t> half[2];
    for (const std::size_t row : rows) half[own.with(100).bits(row) & 1].push_back(row);
    for (const std::size_t h : {0, 1})
      for (std::uint64_t t = 0; t < trees_of_half && !half[h].empty(); ++t)
        made.halves[h].emplace_back(grid_, sample, half[h], own.with(200 + h).with(t), deep);
  }
  for (std::size_t i = 0; i < size; ++i) shares_.push_back(of_replicates(single[i]));
  for (std::size_t i = 0; i < size * size; ++i) pairs_.push_back(of_replicates(pair[i]));
}

std::vector<PairShare> Surrogate::strongest_pairs(std::size_t most) const {
  std::vector<PairShare> result;
  for (std::size_t a = 0; a < space_.size(); ++a)
    for (std::size_t b = a + 1; b < space_.size(); ++b)
      result.push_back({a, b, pairs_[a * space_.size() + b]});
  std::stable_sort(result.begin(), result.end(), [](const PairShare& x, const PairShare& y) {
    return x.share.estimate > y.share.estimate;
  });
  result.resize(std::min(result.size(), most));
  return result;
}

std::vector<Estimate> Surrogate::tunability(const Assignment& untuned) const {
  const std::vector<std::uint8_t> base = grid_.place(untuned, key_);
  std::vector<Estimate> gains;
  for (std::size_t i = 0; i < space_.size(); ++i) {
    std::vector<double> replicates;
    for (const Resample& r : resamples_) {
      if (r.halves[0].empty() || r.halves[1].empty()) continue;
      double gain = 0;
      for (const std::size_t chooser : {0, 1}) {
        std::vector<std::uint8_t> place = base;
        double most = -std::numeric_limits<double>::infinity();
        std::uint8_t chosen = base[i];
        for (int bin = 0; bin < grid_.bins(i); ++bin) {
          place[i] = static_cast<std::uint8_t>(bin);
          const double value = predict(r.halves[chooser], place);
          if (value > most) most = value, chosen = place[i];
        }
        place[i] = chosen;
        gain += (predict(r.halves[1 - chooser], place) - predict(r.halves[1 - chooser], base)) / 2;
      }
      replicates.push_back(gain);
    }
    gains.push_back(of_replicates(replicates));
  }
  return gains;
}

std::vector<LeaveAtDefault> Surrogate::leave_at_default(const Assignment& best,
                                                        const Assignment& untuned) const {
  std::vector<LeaveAtDefault> result;
  const std::vector<std::uint8_t> tuned = grid_.place(best, key_), base = grid_.place(untuned, key_);
  for (std::size_t i = 0; i < space_.size(); ++i) {
    // An inactive parameter has no default here, and the same bin is the same value.
    if (std::isnan(best[i]) || std::isnan(untuned[i]) || tuned[i] == base[i]) continue;
    std::vector<std::uint8_t> place = tuned;
    place[i] = base[i];
    std::vector<double> replicates;
    for (const Resample& r : resamples_)
      replicates.push_back(predict(r.trees, place) - predict(r.trees, tuned));
    result.push_back({i, of_replicates(replicates)});
  }
  return result;
}

std::vector<Estimate> ped_anova_intervals(const Space& space, const Results& results, Key key) {
  std::vector<double> losses;
  for (const double v : results.values) losses.push_back(-v);
  const std::vector<double> shares = ped_anova(space, results.settings, losses);
  std::vector<std::vector<double>> replicates(space.size());
  for (std::uint64_t r = 0; r < resamples; ++r) {
    std::vector<Assignment> settings;
    std::vector<double> own;
    std::vector<std::size_t> rows = resample(losses.size(), key.with(Purpose::resampling).with(r));
    rows.resize(std::min(rows.size(), most_rows));
    for (const std::size_t row : rows) {
      settings.push_back(results.settings[row]);
      own.push_back(losses[row]);
    }
    const std::vector<double> drawn = ped_anova(space, settings, own);
    for (std::size_t i = 0; i < space.size(); ++i) replicates[i].push_back(drawn[i]);
  }
  std::vector<Estimate> result;
  for (std::size_t i = 0; i < space.size(); ++i) {
    Estimate e = percentile_interval(shares[i], replicates[i]);
    e.low =
        std::min(e.low, e.estimate);  // resamples have fewer different trials, which shifts small shares up
    e.high = std::max(e.high, e.estimate);
    result.push_back(e);
  }
  return result;
}

}  // namespace tailor
