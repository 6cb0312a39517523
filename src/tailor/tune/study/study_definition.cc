#include "tailor/tune/study/study_definition.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/storage/distribution_json.h"
#include "tailor/train/hyperparameters.h"

namespace tailor {
namespace {

using nlohmann::json;

constexpr std::string_view best_accuracy_name = "best_validation_accuracy";
constexpr std::array<Metric, 8> metrics_of_measures = {
    Metric::accuracy, Metric::loss,         Metric::accuracy, Metric::balanced_accuracy,
    Metric::macro_f1, Metric::worst_recall, Metric::auc,      Metric::calibration_error};

json to_json(const Parameter& p) {
  json j{{"name", p.name}, {"distribution", json::parse(distribution_to_json(p.distribution))}};
  if (p.condition) j["when"] = {{"parent", p.condition->parent}, {"values", p.condition->values}};
  return j;
}

Parameter parameter_from_json(const json& j) {
  Parameter p{j.at("name"), {}};
  p.distribution = distribution_from_json(j.at("distribution").dump(), "parameter '" + p.name + "'");
  if (j.contains("when")) p.condition = Condition{j["when"].at("parent"), j["when"].at("values")};
  return p;
}

Error changed(std::string_view what, const std::string& old, const std::string& now) {
  return usage_error(
      "the study was made with {} {}, now it is {}: its trials could not be compared with new ones. Give "
      "another study name, or go on with what it was made with",
      what, old, now);
}

}  // namespace

Metric metric_of(Measure measure) { return metrics_of_measures[static_cast<std::size_t>(measure)]; }

std::string_view name_of(Measure measure) {
  return measure == Measure::best_validation_accuracy ? best_accuracy_name
                                                      : info(metric_of(measure)).objective;
}

std::string measure_words(Measure measure) {
  if (measure == Measure::best_validation_accuracy) return "the best epoch's validation accuracy";
  return objective_words(metric_of(measure));
}

Measure measure_from_name(std::string_view name) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < metrics_of_measures.size(); ++i) {
    const auto measure = static_cast<Measure>(i);
    if (name_of(measure) == name) return measure;
    known.emplace_back(name_of(measure));
  }
  throw usage_error("unknown objective '{}'{}; known are {}", name, did_you_mean(name, known),
                    join(known, ", "));
}

StudyData study_data(std::string name, const ImageSet& images, const Split& split) {
  return {std::move(name),
          images.content_hash,
          static_cast<std::int64_t>(split.train.size()),
          static_cast<std::int64_t>(split.validation.size()),
          split.seed,
          split.hash};
}

StudyData study_data(std::string name, const ImageSet& images, const Folds& folds) {
  return {std::move(name),
          images.content_hash,
          static_cast<std::int64_t>(folds.largest_train()),
          static_cast<std::int64_t>(folds.images()),
          folds.seed,
          folds.hash,
          {},
          static_cast<int>(folds.count())};
}

Settings StudyDefinition::untuned() const {
  Settings settings = default_settings(architecture);
  settings.epochs = budget.epochs;
  return settings;
}

Settings StudyDefinition::base() const { return with_texts(untuned(), fixed); }

Settings StudyDefinition::settings(const Assignment& assignment) const {
  if (confirmation)
    return with_texts(
        untuned(),
        confirmation->candidates[static_cast<std::size_t>(assignment[candidate_parameter])].settings);
  Settings settings = base();
  for (const NamedValue& v : space.to_named(assignment))
    set(settings, v.name, value_text(v.distribution, v.value));
  return settings;
}

Settings StudyDefinition::planned_settings(int trial_number) const {
  if (const SpreadBaseline* baseline = spread->baseline(trial_number))
    return with_texts(untuned(), baseline->settings);
  const auto setting = static_cast<std::uint64_t>(spread->runs[static_cast<std::size_t>(trial_number)]);
  return settings(draw_uniform(space, Key(seed).with(Purpose::spread).with(Purpose::proposal).with(setting)));
}

// Seeds of 53 bits, so that every reader of JSON keeps them.
Repetition StudyDefinition::repetition(int trial_number, const Assignment& assignment) const {
  if (!confirmation) {
    const Key key =
        spread ? Key(seed).with(Purpose::spread).with(Purpose::trial) : Key(seed).with(Purpose::trial);
    return {key.bits(static_cast<std::uint64_t>(trial_number)) >> 11};
  }
  const int run = static_cast<int>(assignment[seed_parameter]);
  const Key key = Key(seed).with(Purpose::confirmation);
  Repetition result{key.bits(static_cast<std::uint64_t>(run)) >> 11};
  if (confirmation->reshuffle || data.folds > 0)
    result.split_seed = key.with(Purpose::split).bits(static_cast<std::uint64_t>(run)) >> 11;
  result.final_run =
      confirmation->is_final(run) &&
      confirmation->candidates[static_cast<std::size_t>(assignment[candidate_parameter])].races;
  return result;
}

Key StudyDefinition::proposal_key() const { return Key(seed).with(Purpose::search); }

StudyDefinition confirmation_of(const StudyDefinition& study, Confirmation confirmation, std::uint64_t seed,
                                int lag) {
  plan_final_runs(confirmation);
  StudyDefinition d = study;
  d.seed = seed;
  d.lag = lag;
  d.pruner = "none";
  d.budget = {.trials = confirmation.most_runs(), .epochs = study.budget.epochs};
  d.fixed.clear();
  d.space = confirmation_space(confirmation);
  d.confirmation = std::move(confirmation);
  return d;
}

StudyDefinition spread_of(const StudyDefinition& study, SpreadPlan plan, std::uint64_t seed) {
  constexpr int lag = 64;  // nothing hangs on earlier results, so it only bounds how many run at once
  StudyDefinition d = study;
  d.description = fmt::format("the spread of results over the space of study '{}'", plan.study);
  d.seed = seed;
  d.lag = lag;
  d.sampler = "random";
  d.sampler_options = {};
  d.pruner = "none";
  d.pruner_options = {};
  d.budget = {.trials = static_cast<int>(plan.runs.size()), .epochs = study.budget.epochs};
  d.spread = std::move(plan);
  return d;
}

std::string to_json(const StudyDefinition& d) {
  json space = json::array();
  for (const Parameter& p : d.space.parameters()) space.push_back(to_json(p));
  const SamplerOptions& s = d.sampler_options;
  const PrunerOptions& p = d.pruner_options;
  json result{{"version", 1},
              {"architecture", d.architecture.name},
              {"architecture_fingerprint", d.architecture.fingerprint},
              {"architecture_toml", to_toml(d.architecture)},
              {"data",
               {{"name", d.data.name},
                {"hash", d.data.hash},
                {"train_images", d.data.train_images},
                {"validation_images", d.data.validation_images},
                {"split_seed", d.data.split_seed},
                {"split_hash", d.data.split_hash}}},
              {"budget",
               {{"trials", d.budget.trials},
                {"epochs", d.budget.epochs},
                {"total_epochs", d.budget.total_epochs},
                {"minutes", d.budget.minutes}}},
              {"seed", d.seed},
              {"lag", d.lag},
              {"objective", name_of(d.measure)},
              {"sampler",
               {{"name", d.sampler},
                {"repeats", s.repeats},
                {"startup", s.startup},
                {"grid_points", s.grid_points},
                {"grid_shuffle", s.grid_shuffle}}},
              {"pruner",
               {{"name", d.pruner},
                {"first", p.first},
                {"factor", p.factor},
                {"startup", p.startup},
                {"warmup", p.warmup},
                {"keep", p.keep}}},
              {"fixed", json(d.fixed)},
              {"space", space}};
  if (const std::string pictures = to_text(d.data.pictures); !pictures.empty())
    result["data"]["pictures"] = pictures;
  if (d.data.folds > 0) result["data"]["folds"] = d.data.folds;
  if (d.budget.repeats > 0) result["budget"]["repeats"] = d.budget.repeats;
  if (!d.description.empty()) result["description"] = d.description;
  if (d.confirmation) result["confirmation"] = to_json_value(*d.confirmation);
  if (d.spread) result["spread"] = to_json_value(*d.spread);
  return result.dump();
}

StudyDefinition definition_from_json(std::string_view text, std::string_view where) {
  try {
    const json j = json::parse(text);
    if (j.at("version") != 1)
      throw bad_input("{}: was made by another version of tailor (format {})", where, j.at("version").dump());
    StudyDefinition d;
    d.architecture =
        parse_architecture(j.at("architecture_toml"), "the study's architecture", {.binding = false});
    if (json(d.architecture.fingerprint) != j.at("architecture_fingerprint"))
      throw bad_input("{}: its architecture does not have the fingerprint that it names", where);
    const json& data = j.at("data");
    d.data = {data.at("name"),         data.at("hash"),
              data.at("train_images"), data.at("validation_images"),
              data.at("split_seed"),   data.at("split_hash")};
    d.data.folds = data.value("folds", 0);
    d.data.pictures = picture_options_from_text(data.value("pictures", ""), std::string(where));
    const json& budget = j.at("budget");
    d.budget = {budget.at("trials"), budget.at("epochs"), budget.at("total_epochs"), budget.at("minutes")};
    d.budget.repeats = budget.value("repeats", 0);
    d.description = j.value("description", "");
    d.seed = j.at("seed");
    d.lag = j.at("lag");
    d.measure = measure_from_name(j.at("objective").get<std::string>());
    const json& s = j.at("sampler");
    d.sampler = s.at("name");
    d.sampler_options.repeats = s.at("repeats");
    d.sampler_options.startup = s.at("startup");
    d.sampler_options.grid_points = s.at("grid_points");
    d.sampler_options.grid_shuffle = s.at("grid_shuffle");
    const json& p = j.at("pruner");
    d.pruner = p.at("name");
    d.pruner_options = {p.at("first"), p.at("factor"), p.at("startup"), p.at("warmup"), p.at("keep")};
    for (const auto& [name, value] : j.at("fixed").items()) d.fixed.emplace(name, value.get<std::string>());
    std::vector<Parameter> parameters;
    for (const json& parameter : j.at("space")) parameters.push_back(parameter_from_json(parameter));
    d.space = Space(std::move(parameters));
    if (j.contains("confirmation")) d.confirmation = confirmation_from_json(j["confirmation"]);
    if (j.contains("spread")) d.spread = spread_plan_from_json(j["spread"]);
    return d;
  } catch (const nlohmann::json::exception& error) {
    throw bad_input("{}: not a study's definition: {}", where, error.what());
  }
}

void check_change(const StudyDefinition& old, const StudyDefinition& now) {
  const auto same = [](std::string_view what, const auto& a, const auto& b) {
    if (a != b) throw changed(what, fmt::format("{}", a), fmt::format("{}", b));
  };
  same("an architecture of fingerprint", old.architecture.fingerprint, now.architecture.fingerprint);
  same("images of hash", old.data.hash, now.data.hash);
  same("pictures made images by '", to_text(old.data.pictures) + "'", to_text(now.data.pictures) + "'");
  same("folds =", old.data.folds, now.data.folds);
  same("a split of hash", old.data.split_hash, now.data.split_hash);
  same("epochs for each trial =", old.budget.epochs, now.budget.epochs);
  same("seed", old.seed, now.seed);
  same("lag", old.lag, now.lag);
  same("objective", name_of(old.measure), name_of(now.measure));
  if (old.confirmation != now.confirmation || (old.confirmation && old.space != now.space))
    throw usage_error("a confirmation stays as it was made; start another one for other candidates or seeds");
  if (old.spread.has_value() != now.spread.has_value() ||
      (old.spread && (!old.spread->continued_by(*now.spread) || old.space != now.space ||
                      old.fixed != now.fixed || old.sampler != now.sampler || old.pruner != now.pruner ||
                      now.budget.trials != static_cast<int>(now.spread->runs.size()))))
    throw usage_error(
        "a spread experiment keeps its space, its baselines and the runs that it was given; it can only be "
        "given more, by `tailor spread --settings`");
  for (const Parameter& p : now.space.parameters()) {
    const auto before = old.space.find(p.name);
    if (!before) continue;
    const Distribution& a = old.space.distribution(*before);
    const Distribution& b = p.distribution;
    const bool fewer = a.kind == Distribution::Kind::categorical && b.kind == a.kind &&
                       std::all_of(b.choices.begin(), b.choices.end(), [&a](const Category& choice) {
                         return std::find(a.choices.begin(), a.choices.end(), choice) != a.choices.end();
                       });
    const std::string difference = fewer ? "" : incompatibility(a, b);
    if (!difference.empty()) {
      throw usage_error(
          "the search space's '{}' cannot become that within one study: {}. Ranges may change and choices "
          "may be left out; for anything else give another study name",
          p.name, difference);
    }
  }
}

}  // namespace tailor
