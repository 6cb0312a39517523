#include "tailor/tune/study/trial_setting.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/tune/space/scale.h"

namespace tailor {
namespace {

using nlohmann::json;

// Under the distribution that the study has for the name, so that Optuna finds one list of choices for each.
TrialParam param(const StudyView& view, const Parameter& p, double value) {
  const Distribution* stored = view.stored(p.name);
  if (!stored || p.distribution.kind != Distribution::Kind::categorical)
    return make_param(p.name, p.distribution, value);
  return make_param(p.name, *stored, value_from_text(*stored, value_text(p.distribution, value)));
}

std::string text_of(const std::string& name, const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return fmt::format("{}", value.get<double>());
  throw usage_error("{}: expected a number, true, false or a text, got {}", name, value.dump());
}

}  // namespace

Attributes TrialSetting::attributes(const StudyDefinition& definition) const {
  Attributes result{{trial_key::settings, json(differences(definition.untuned(), settings)).dump()}};
  if (!outside.empty()) result.emplace(trial_key::outside, json(outside).dump());
  return result;
}

TrialSetting trial_setting(const StudyView& view, const Settings& settings) {
  const Space& space = view.definition().space;
  const Assignment values = assignment_of(space, settings);
  TrialSetting result{settings, {}, {}};
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!space.active(i, values)) continue;
    if (!std::isnan(values[i]) && contains(space.distribution(i), values[i])) {
      result.params.push_back(param(view, space[i], values[i]));
    } else {
      result.outside.push_back(space[i].name);
    }
  }
  return result;
}

TrialSetting proposed_setting(const StudyView& view, int trial_number, const Assignment& proposal) {
  const StudyDefinition& d = view.definition();
  if (d.spread) return trial_setting(view, d.planned_settings(trial_number));
  if (!d.confirmation) return trial_setting(view, d.settings(proposal));
  TrialSetting result{d.settings(proposal), {}, {}};
  for (const NamedValue& v : d.space.to_named(proposal))
    result.params.push_back(make_param(v.name, v.distribution, v.value));
  return result;
}

Settings wished_settings(const StudyDefinition& definition, const Assignment& proposal,
                         std::string_view wish) {
  Settings settings = definition.settings(proposal);
  const json wishes = json::parse(wish, nullptr, false);
  if (!wishes.is_object()) throw usage_error("fixed_params: expected names and values, got {}", wish);
  for (const auto& [name, value] : wishes.items()) {
    if (name == "epochs") throw usage_error("epochs: every trial of a study has the same length");
    set(settings, name, text_of(name, value));
  }
  return settings;
}

Settings kept_settings(const StudyDefinition& definition, const TrialRecord& record) {
  const auto text = record.user_attributes.find(trial_key::settings);
  const json kept = text == record.user_attributes.end() ? json() : json::parse(text->second, nullptr, false);
  if (!kept.is_object())
    throw bad_input("trial {}: its attribute {} is missing or damaged", record.number, trial_key::settings);
  return with_texts(definition.untuned(), kept.get<SettingTexts>());
}

}  // namespace tailor
