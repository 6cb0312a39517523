#include "tailor/analysis/spread_experiment.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "tailor/analysis/gain.h"
#include "tailor/analysis/quantile_confidence.h"
#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

constexpr double quantiles[] = {0.05, 0.25, 0.5, 0.75, 0.95};
constexpr double median_share = 0.5;
constexpr const char* random_kind = "random";

Estimate negative(const Estimate& e) { return {-e.estimate, -e.high, -e.low}; }

// Merits: the better is higher, whichever way the measure goes.
class Examiner {
 public:
  explicit Examiner(const SpreadTable& table)
      : table_(table), sign_(table.maximize ? 1 : -1), random_(first_merits()) {}

  SpreadExperiment examine() const {
    SpreadExperiment e{.table = table_};
    for (const SpreadSettingRuns& s : table_.settings) e.results.push_back(s.values.front());
    e.mean = mean(e.results);
    for (const double share : quantiles) e.quantiles.push_back({share, as_measured(random_.interval(share))});
    const UncertainMean untuned = uncertain_mean(merits(table_.baselines.front()));
    const Estimate below = share_below(random_, untuned);
    if (std::isfinite(below.low)) {
      e.share_below_default = below;
      e.trials_to_beat_default = {draws_to_beat(below.estimate), draws_to_beat(below.low),
                                  draws_to_beat(below.high)};
    }
    e.best_of_n = best_of_n(e.results, table_.maximize, 0);
    if (e.best_of_n && table_.maximize)
      for (Estimate& best : e.best_of_n->best) best = of_accuracy(best);
    std::vector<std::vector<double>> repeated;
    for (const SpreadSettingRuns& s : table_.settings) repeated.push_back(s.values);
    e.seed = seed_part(repeated);
    e.way = way();
    return e;
  }

 private:
  std::vector<double> first_merits() const {
    std::vector<double> result;
    for (const SpreadSettingRuns& s : table_.settings) result.push_back(sign_ * s.values.front());
    return result;
  }

  std::vector<double> merits(const SpreadBaselineRuns& baseline) const {
    std::vector<double> result;
    for (const double v : baseline.values) result.push_back(sign_ * v);
    return result;
  }

  // Of a merit.
  Estimate as_measured(const Estimate& e) const { return table_.maximize ? of_accuracy(e) : negative(e); }

  Estimate mean_result(const SpreadBaselineRuns& baseline) const {
    const Estimate e = result_interval(baseline.values, table_.maximize);
    return table_.maximize ? of_accuracy(e) : e;
  }

  // The difference of two stations, each a baseline or (null) the random setting in the middle.
  std::optional<Estimate> difference(const SpreadBaselineRuns* to, const SpreadBaselineRuns* from) const {
    Estimate e;
    if (to && from) {
      // Without the reserve for skewed results: a difference of two is hardly skewed, and Welch's t of 3 and 3 holds
      // 96 to 97 % of the time.
      if (to->values.size() >= 2 && from->values.size() >= 2)
        e = unpaired_gain(merits(*to), merits(*from), confidence);
    } else if (to) {
      e = negative(quantile_above(random_, median_share, uncertain_mean(merits(*to))));
    } else if (from) {
      e = quantile_above(random_, median_share, uncertain_mean(merits(*from)));
    }
    return std::isfinite(e.low) && std::isfinite(e.high) ? std::optional(e) : std::nullopt;
  }

  static std::string label(const SpreadBaselineRuns& baseline) {
    switch (baseline.what.kind) {
      case BaselineKind::untuned:
        break;
      case BaselineKind::best_length:
        return fmt::format("default, {} epochs", baseline.epochs);
      case BaselineKind::by_hand:
        return "default, fixed by hand";
      case BaselineKind::tuned:
        return "tuned, " + baseline.what.name.substr(0, baseline.what.name.find(','));
    }
    return "untuned default";
  }

  std::vector<WayPoint> way() const {
    std::vector<const SpreadBaselineRuns*> stations;
    for (const SpreadBaselineRuns& b : table_.baselines) stations.push_back(&b);
    const bool tuned = stations.back()->what.kind == BaselineKind::tuned;
    stations.insert(stations.end() - (tuned ? 1 : 0), nullptr);
    std::vector<WayPoint> result;
    for (std::size_t i = 0; i < stations.size(); ++i) {
      const SpreadBaselineRuns* at = stations[i];
      WayPoint point;
      if (at) {
        point = {std::string(name_of(at->what.kind)), label(*at),      at->what.name, at->epochs,
                 static_cast<int>(at->values.size()), mean_result(*at)};
      } else {
        point = {random_kind,
                 "middle random setting",
                 "the random setting in the middle",
                 table_.epochs,
                 static_cast<int>(random_.ascending().size()),
                 as_measured(random_.interval(median_share))};
      }
      if (i > 0) {
        point.step = difference(at, stations[i - 1]);
        point.from_default = difference(at, stations.front());
      }
      result.push_back(std::move(point));
    }
    return result;
  }

  const SpreadTable& table_;
  const double sign_;
  const QuantileConfidence random_;
};

}  // namespace

std::optional<SpreadExperiment> examine(const SpreadTable& table) {
  if (table.settings.size() < 2 || table.baselines.empty() || table.baselines.front().values.size() < 2)
    return std::nullopt;
  return Examiner(table).examine();
}

std::optional<int> draws_to_beat(double share_worse) {
  if (!(share_worse < 1)) return std::nullopt;
  constexpr double most = 1e9;
  if (share_worse <= 1 - confidence) return 1;
  const double draws = std::ceil(std::log(1 - confidence) / std::log(share_worse) - 1e-9);
  return draws < most ? std::optional(static_cast<int>(draws)) : std::nullopt;
}

}  // namespace tailor
