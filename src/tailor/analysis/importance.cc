#include "tailor/analysis/importance.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/bootstrap.h"
#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

constexpr int resamples = 100, trees_each = 4, trees_of_half = 2;
constexpr std::size_t most_rows = 2000;
// Trees that only predict are grown deeper: what two settings differ in may be small beside the whole spread.
constexpr TreeOptions deep = {.least_leaf = 2, .most_leaves = 400, .features = 0.8};

double predict(const std::vector<Tree>& trees, std::span<const std::uint8_t> place) {
  double sum = 0;
  for (const Tree& tree : trees) sum += tree.predict(place);
  return sum / static_cast<double>(trees.size());
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
    sample.values = results.of_resample(r);
    Resample& made = resamples_.emplace_back();
    std::vector<double> mine(size), ours(size * size);
    for (std::uint64_t t = 0; t < trees_each; ++t) {
      const VarianceShares shares = Tree(grid_, sample, rows, own.with(t)).variance_shares();
      for (std::size_t i = 0; i < size; ++i) mine[i] += shares.single[i] / trees_each;
      for (std::size_t i = 0; i < size * size; ++i) ours[i] += shares.pair[i] / trees_each;
    }
    for (std::size_t i = 0; i < size; ++i) single[i].push_back(mine[i]);
    for (std::size_t i = 0; i < size * size; ++i) pair[i].push_back(ours[i]);

    // The trials, not their repetitions, are split, so that the halves have none in common.
    std::vector<std::size_t> half[2];
    for (const std::size_t row : rows) half[own.with(100).bits(row) & 1].push_back(row);
    for (const std::size_t h : {0, 1})
      for (std::uint64_t t = 0; t < trees_of_half && !half[h].empty(); ++t)
        made.halves[h].emplace_back(grid_, sample, half[h], own.with(200 + h).with(t), deep);
  }
  for (std::size_t i = 0; i < size; ++i) shares_.push_back(mean(single[i]));
  for (std::size_t i = 0; i < size * size; ++i) pairs_.push_back(mean(pair[i]));
}

std::vector<PairShare> Surrogate::strongest_pairs(std::size_t most) const {
  std::vector<PairShare> result;
  for (std::size_t a = 0; a < space_.size(); ++a)
    for (std::size_t b = a + 1; b < space_.size(); ++b)
      result.push_back({a, b, pairs_[a * space_.size() + b]});
  std::stable_sort(result.begin(), result.end(),
                   [](const PairShare& x, const PairShare& y) { return x.share > y.share; });
  result.resize(std::min(result.size(), most));
  return result;
}

std::vector<double> Surrogate::tunability(const Assignment& untuned) const {
  const std::vector<std::uint8_t> base = grid_.place(untuned, key_);
  std::vector<double> gains;
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
    gains.push_back(mean(replicates));
  }
  return gains;
}

}  // namespace tailor
