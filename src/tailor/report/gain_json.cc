#include "tailor/report/gain_json.h"

#include "tailor/report/document_json.h"
#include "tailor/report/gain_words.h"

namespace tailor {

using nlohmann::ordered_json;

namespace {

ordered_json paired(const PairedGain& g) {
  return {{"validation", estimate(g.validation)}, {"test", estimate(g.test)}, {"pairs", g.pairs}};
}

ordered_json paired(const std::optional<PairedGain>& g) { return g ? paired(*g) : ordered_json(); }

}  // namespace

ordered_json gain_json(const Gain& g, const MeasureText& words) {
  ordered_json steps = ordered_json::array();
  for (const GainStep& step : g.steps) {
    ordered_json json{{"from", step.from}, {"to", step.to}};
    json.update(paired(step.gain));
    steps.push_back(std::move(json));
  }
  ordered_json json = paired(g);
  json["over_best_length"] = paired(g.over_best_length);
  json["over_by_hand"] = paired(g.over_by_hand);
  json["by_hand"] = paired(g.by_hand);
  json["steps"] = steps;
  json["over_random"] = estimate(g.over_random);
  json["random"] = ordered_json();
  if (g.over_random)
    json["random"] = {{"settings", g.random_settings},
                      {"failed", g.random_failed},
                      {"over_default", estimate(g.random_over_default)},
                      {"text", random_words(g, words)}};
  const auto point = [](const std::optional<Estimate>& e) { return e ? alone(e->estimate) : ordered_json(); };
  json["over_best_random"] = point(g.over_best_random);
  json["over_one_epoch"] = point(g.over_one_epoch);
  return json;
}

ordered_json optimism_json(const Optimism& o) {
  return {{"claimed", number(o.claimed)},
          {"confirmed", estimate(o.confirmed)},
          {"same_setting", estimate(o.same_setting)},
          {"optimism", estimate(o.optimism)},
          {"reuse", estimate(o.reuse)},
          {"shrunken", o.shrunken ? alone(o.shrunken->estimate) : ordered_json()}};
}

ordered_json random_settings_json(const ConfirmationTable& confirmation) {
  ordered_json list = ordered_json::array();
  for (const ConfirmationCandidate& c : confirmation.candidates) {
    if (c.races || (c.runs.empty() && c.failed_finals == 0)) continue;
    list.push_back({{"name", c.name},
                    {"settings", settings_json(c.settings)},
                    {"value", c.runs.empty() ? ordered_json() : number(c.runs.front().value)}});
  }
  return list;
}

}  // namespace tailor
