// The study document's part on the spread experiment.
#include <cmath>

#include "tailor/report/document_json.h"
#include "tailor/report/spread_experiment_words.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

// Bounds may be missing, one by one.
ordered_json open_interval(const Estimate& e) {
  return {{"estimate", number(e.estimate)}, {"low", number(e.low)}, {"high", number(e.high)}};
}

ordered_json seed_json(const std::optional<SeedPart>& seed) {
  if (!seed) return nullptr;
  return {{"trained_twice", seed->trained_twice},
          {"same_setting", estimate(seed->same_setting)},
          {"two_settings", estimate(seed->two_settings)},
          {"share", estimate(seed->share)}};
}

ordered_json count(const std::optional<int>& n) { return n ? ordered_json(*n) : ordered_json(); }

}  // namespace

ordered_json spread_experiment_json(const SpreadExperiment& e, Measure measure) {
  ordered_json results = ordered_json::array(), quantiles = results, way = results;
  for (const double v : e.results) results.push_back(number(v));
  for (const SpreadQuantile& q : e.quantiles) {
    ordered_json part = open_interval(q.value);
    part["share"] = q.share;
    quantiles.push_back(std::move(part));
  }
  const std::vector<std::string> sentences = way_sentences(e, measure);
  for (std::size_t i = 0; i < e.way.size(); ++i) {
    const WayPoint& at = e.way[i];
    way.push_back({{"kind", at.kind},
                   {"name", at.label},
                   {"epochs", at.epochs},
                   {"runs", at.runs},
                   {"value", open_interval(at.value)},
                   {"step", estimate(at.step)},
                   {"from_default", estimate(at.from_default)},
                   {"text", i > 0 ? sentences[i - 1] : ""}});
  }
  ordered_json best;
  if (e.best_of_n) {
    best = {{"n", e.best_of_n->n},
            {"estimate", ordered_json::array()},
            {"low", ordered_json::array()},
            {"high", ordered_json::array()}};
    for (const Estimate& b : e.best_of_n->best) {
      best["estimate"].push_back(number(b.estimate));
      best["low"].push_back(number(b.low));
      best["high"].push_back(number(b.high));
    }
  }
  const SpreadTable& t = e.table;
  return {{"name", t.name},
          {"finished", t.finished},
          {"settings", e.results.size()},
          {"planned_settings", t.planned_settings},
          {"epochs", t.epochs},
          {"runs", t.runs},
          {"diverged", t.diverged},
          {"failed", t.failed},
          {"epochs_trained", t.epochs_trained},
          {"seconds", number(t.seconds)},
          {"results", results},
          {"mean", number(e.mean)},
          {"quantiles", quantiles},
          {"default", estimate(e.way.front().value)},
          {"share_below_default", estimate(e.share_below_default)},
          {"trials_to_beat_default",
           {{"estimate", count(e.trials_to_beat_default.estimate)},
            {"low", count(e.trials_to_beat_default.low)},
            {"high", count(e.trials_to_beat_default.high)}}},
          {"best_of_n", best},
          {"seed", seed_json(e.seed)},
          {"way", way}};
}

std::string spread_json(const SpreadTable& table, const std::optional<SpreadExperiment>& experiment,
                        Measure measure) {
  const ordered_json json = experiment ? spread_experiment_json(*experiment, measure)
                                       : ordered_json{{"name", table.name},
                                                      {"finished", table.finished},
                                                      {"settings", table.settings.size()},
                                                      {"planned_settings", table.planned_settings},
                                                      {"runs", table.runs},
                                                      {"failed", table.failed}};
  return json.dump(2) + "\n";
}

}  // namespace tailor
