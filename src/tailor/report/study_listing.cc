#include "tailor/report/study_listing.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/add_once.h"
#include "tailor/base/text.h"
#include "tailor/report/csv.h"
#include "tailor/report/label.h"
#include "tailor/report/provenance_words.h"
#include "tailor/tune/space/setting_text.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

using Json = nlohmann::ordered_json;

bool maximized(const StudyRecord& study) {
  return !study.directions.empty() && study.directions.front() == Direction::maximize;
}

std::string shortest_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", value);
}

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(shortest_number(value)); }

// Optuna keeps the last value of pruned trials as their value, too; it is no result.
bool has_result(const TrialRecord& trial) {
  return trial.state == TrialState::complete && !trial.values.empty() && !std::isnan(trial.values.front());
}

// What a trial reported last, however far it came.
std::optional<double> last_value(const TrialRecord& trial) {
  if (!trial.intermediate_values.empty()) return trial.intermediate_values.rbegin()->second;
  if (trial.values.size() == 1) return trial.values[0];
  return std::nullopt;
}

// JSON has a form for every category; reals and integers are themselves.
Json json_param(const TrialParam& param) {
  const Distribution& d = param.distribution();
  if (d.kind == Distribution::Kind::integer) return static_cast<std::int64_t>(param.value);
  if (d.kind == Distribution::Kind::real) return json_number(param.value);
  const auto index = static_cast<std::size_t>(param.value);
  if (index >= d.choices.size()) return nullptr;
  return std::visit(
      [](const auto& choice) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(choice)>, std::monostate>) {
          return nullptr;
        } else if constexpr (std::is_same_v<std::decay_t<decltype(choice)>, double>) {
          return json_number(choice);
        } else {
          return choice;
        }
      },
      d.choices[index]);
}

Json json_attributes(const Attributes& attributes) {
  Json json = Json::object();
  for (const auto& [key, text] : attributes) {
    // What JSON lacks (NaN among Python's attributes) stays text.
    Json value = Json::parse(text, nullptr, false);
    json[key] = value.is_discarded() ? Json(text) : std::move(value);
  }
  return json;
}

std::string time_text(const std::optional<Timestamp>& time) { return time ? format_timestamp(*time) : ""; }

// Null where a part of it is not recorded, or nothing was computed.
Json instruction_sets_json(const TrialRecord& trial) {
  Json sets = Json::array();
  for (const std::string& set : instruction_sets_of(provenance_of(trial))) {
    if (set.empty()) return nullptr;
    sets.push_back(set);
  }
  return sets.empty() ? Json(nullptr) : sets;
}

Json to_json(const TrialRecord& trial) {
  Json json{{"number", trial.number}, {"state", shown_state(trial)}};
  json["values"] = Json::array();
  if (has_result(trial))
    for (double value : trial.values) json["values"].push_back(json_number(value));
  const std::optional<double> last = last_value(trial);
  json["last"] = last ? json_number(*last) : Json(nullptr);
  json["params"] = Json::object();
  for (const TrialParam& param : trial.params) json["params"][param.name()] = json_param(param);
  json["intermediate_values"] = Json::object();
  for (const auto& [step, value] : trial.intermediate_values)
    json["intermediate_values"][std::to_string(step)] = json_number(value);
  json["started"] = trial.started ? Json(time_text(trial.started)) : Json(nullptr);
  json["finished"] = trial.finished ? Json(time_text(trial.finished)) : Json(nullptr);
  json["instruction_sets"] = instruction_sets_json(trial);
  json["user_attributes"] = json_attributes(trial.user_attributes);
  json["system_attributes"] = json_attributes(trial.system_attributes);
  return json;
}

// Of an attribute: JSON, of a text.
std::string text_of(const std::string& attribute) {
  const Json value = Json::parse(attribute, nullptr, false);
  return value.is_string() ? value.get<std::string>() : attribute;
}

std::string params_text(const TrialRecord& trial) {
  std::vector<std::string> parts;
  if (trial.user_attributes.contains(trial_key::untuned)) parts.emplace_back("the untuned defaults");
  if (const auto run = trial.user_attributes.find(trial_key::run); run != trial.user_attributes.end())
    parts.push_back(text_of(run->second) + ":");
  for (const TrialParam& param : trial.params) {
    const Distribution& d = param.distribution();
    parts.push_back(param.name() + "=" +
                    (d.kind == Distribution::Kind::real ? fmt::format("{:.4g}", param.value)
                                                        : value_text(d, param.value)));
  }
  return join(parts, " ");
}

// "AVX-512", "AVX-512, AVX2", "not recorded"; of trials that nobody has begun "-".
std::string computed_on(const TrialRecord& trial) {
  std::vector<std::string> sets;
  for (const ProvenancePart& part : provenance_of(trial))
    add_once(sets, instruction_set_text(part.environment));
  return sets.empty() ? "-" : join(sets, ", ");
}

std::string value_cell(const std::vector<double>& values) {
  std::vector<std::string> parts;
  for (double value : values) parts.push_back(fmt::format("{:.6g}", value));
  return join(parts, ",");
}

std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

const TrialRecord* best_trial(const StudyRecord& study, std::span<const TrialRecord> trials) {
  if (study.directions.size() != 1) return nullptr;
  const TrialRecord* best = nullptr;
  for (const TrialRecord& trial : trials) {
    if (!has_result(trial) || trial.values.size() != 1) continue;
    const bool better = best != nullptr && (maximized(study) ? trial.values[0] > best->values[0]
                                                             : trial.values[0] < best->values[0]);
    if (best == nullptr || better) best = &trial;
  }
  return best;
}

void sort_by_value(const StudyRecord& study, std::vector<TrialRecord>& trials) {
  const auto cost = [&](const TrialRecord& trial) {
    return maximized(study) ? -trial.values[0] : trial.values[0];
  };
  std::stable_sort(trials.begin(), trials.end(), [&](const TrialRecord& a, const TrialRecord& b) {
    if (!has_result(a) || !has_result(b)) return has_result(a) && !has_result(b);
    return cost(a) < cost(b);
  });
}

std::string_view shown_state(TrialState state, bool paused) {
  return state == TrialState::running && paused ? shown_states.back()
                                                : shown_states[static_cast<std::size_t>(state)];
}

std::string_view shown_state(const TrialRecord& trial) {
  const auto ours = trial.user_attributes.find(trial_key::state);
  return shown_state(trial.state, ours != trial.user_attributes.end() && ours->second == "\"paused\"");
}

StudyOverview overview(StudyRecord study, std::span<const TrialRecord> trials) {
  StudyOverview result{std::move(study)};
  for (const TrialRecord& trial : trials) {
    const auto state = std::find(shown_states.begin(), shown_states.end(), shown_state(trial));
    ++result.counts[static_cast<std::size_t>(state - shown_states.begin())];
  }
  if (const TrialRecord* best = best_trial(result.study, trials)) result.best = *best;
  return result;
}

std::string studies_table(std::span<const StudyOverview> studies) {
  constexpr std::size_t name_width = 20;
  std::string text = fmt::format("{:<{}}", "study", name_width);
  for (const std::string_view state : shown_states) text += fmt::format(" {}", state);
  text += "  best value\n";
  for (const StudyOverview& s : studies) {
    text += padded(shown_label(s.study.name, name_width), name_width);
    if (!s.problem.empty()) {
      text += " " + shown_label(s.problem, page_columns - name_width - 1) + "\n";
      continue;
    }
    for (std::size_t i = 0; i < shown_states.size(); ++i)
      text += fmt::format(" {:>{}}", s.counts[i], shown_states[i].size());
    text += fmt::format("  {}\n", s.best ? value_cell(s.best->values) : "-");
  }
  return text;
}

std::string trials_table(std::span<const TrialRecord> trials, const StudyProvenance& whole) {
  constexpr std::size_t widest = 20;
  std::size_t width = 0;  // of the column of instruction sets
  if (whole.instruction_sets.size() > 1)
    for (const TrialRecord& trial : trials)
      width = std::max({width, computed_on(trial).size(), std::size_t{2}});
  const auto column = [&](const std::string& text) {
    return width == 0 ? std::string() : "  " + padded(shown_label(text, widest), std::min(width, widest));
  };
  std::string text = fmt::format("{:>6} {:<8} {:>10} {:>6}{}  {}\n", "trial", "state", "value", "steps",
                                 column("on"), "parameters");
  for (const TrialRecord& trial : trials)
    text += shown_label(
                fmt::format("{:>6} {:<8} {:>10} {:>6}{}  {}", trial.number, shown_state(trial),
                            has_result(trial) ? value_cell(trial.values) : "-",
                            trial.intermediate_values.size(), column(computed_on(trial)), params_text(trial)),
                page_columns) +
            "\n";
  for (const std::string& sentence : provenance_sentences(whole, "study"))
    text += "\n" + wrapped(sentence, "");
  return text;
}

std::string trials_csv(const StudyRecord& study, std::span<const TrialRecord> trials) {
  const std::size_t objectives = std::max<std::size_t>(1, study.directions.size());
  std::set<std::string> names;
  for (const TrialRecord& trial : trials)
    for (const TrialParam& param : trial.params) names.insert(param.name());

  std::vector<std::string> head{"number", "state"};
  for (std::size_t i = 0; i < objectives; ++i)
    head.push_back(objectives == 1 ? "value" : fmt::format("value_{}", i));
  head.insert(head.end(), {"started", "finished", "steps", "last"});
  for (const std::string& name : names) head.push_back(csv_field("param_" + name));
  std::string text = join(head, ",") + "\n";

  for (const TrialRecord& trial : trials) {
    std::vector<std::string> row{std::to_string(trial.number), std::string(shown_state(trial))};
    for (std::size_t i = 0; i < objectives; ++i)
      row.push_back(has_result(trial) && i < trial.values.size() ? shortest_number(trial.values[i]) : "");
    row.push_back(time_text(trial.started));
    row.push_back(time_text(trial.finished));
    row.push_back(std::to_string(trial.intermediate_values.size()));
    const std::optional<double> last = last_value(trial);
    row.push_back(last ? shortest_number(*last) : "");
    for (const std::string& name : names) {
      const TrialParam* param = trial.param(name);
      row.push_back(param ? csv_field(value_text(param->distribution(), param->value)) : "");
    }
    text += join(row, ",") + "\n";
  }
  return text;
}

std::string studies_json(std::span<const StudyOverview> studies) {
  Json list = Json::array();
  for (const StudyOverview& s : studies) {
    Json json{{"name", s.study.name}};
    json["directions"] = Json::array();
    for (Direction direction : s.study.directions)
      json["directions"].push_back(direction == Direction::maximize   ? "maximize"
                                   : direction == Direction::minimize ? "minimize"
                                                                      : "not set");
    std::int64_t total = 0;
    for (std::size_t i = 0; i < shown_states.size(); ++i) {
      json["trials"][std::string(shown_states[i])] = s.counts[i];
      total += s.counts[i];
    }
    json["trials"]["total"] = total;
    json["best_trial"] = s.best ? to_json(*s.best) : Json(nullptr);
    if (!s.problem.empty()) json["problem"] = s.problem;
    list.push_back(std::move(json));
  }
  return dump(list);
}

std::string trials_json(std::span<const TrialRecord> trials) {
  Json list = Json::array();
  for (const TrialRecord& trial : trials) list.push_back(to_json(trial));
  return dump(list);
}

std::string trial_json(const TrialRecord& trial) { return dump(to_json(trial)); }

}  // namespace tailor
