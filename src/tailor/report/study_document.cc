#include "tailor/report/study_document.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <openssl/evp.h>

#include "tailor/base/text.h"
#include "tailor/report/document_json.h"
#include "tailor/report/drawing/drawing.h"
#include "tailor/report/metric_table_json.h"
#include "tailor/report/recommendation_words.h"
#include "tailor/report/study_listing.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/recipe.h"
#include "tailor/tune/space/setting_text.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_curves = 300, best_curves = 60;
constexpr int param_digits = 4;

ordered_json architecture_json(const Architecture& a) {
  ordered_json layers = ordered_json::array();
  for (const Layer& layer : a.layers)
    layers.push_back(
        {{"name", layer.name},
         {"kind", layer_kind_name(layer.kind)},
         {"output", fmt::format("{}x{}x{}", layer.output.height, layer.output.width, layer.output.channels)},
         {"parameters", layer.parameters}});
  return {{"name", a.name},
          {"fingerprint", a.fingerprint},
          {"parameters", a.parameters()},
          {"svg", draw_svg(a)},
          {"layers", layers}};
}

ordered_json parameter_value(const Distribution& d, double value) {
  if (std::isnan(value)) return nullptr;
  if (d.kind != Distribution::Kind::categorical) return number(value, param_digits);
  return setting_value(value_text(d, value));
}

ordered_json space_json(const StudyTable& table) {
  ordered_json list = ordered_json::array();
  const Space& space = table.definition.space;
  const Settings untuned = table.definition.untuned();
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& p = space[i];
    const Distribution& d = p.distribution;
    const bool category = d.kind == Distribution::Kind::categorical;
    ordered_json choices, condition, fallback;
    for (std::size_t k = 0; k < d.choices.size(); ++k)
      choices.push_back(parameter_value(d, static_cast<double>(k)));
    if (p.condition) {
      ordered_json values = ordered_json::array();
      for (const double v : p.condition->values)
        values.push_back(parameter_value(space.distribution(*space.parent(i)), v));
      condition = {{"parent", p.condition->parent}, {"values", values}};
    }
    std::string effect, unit;
    try {  // a space may also be made by programs, with names that are no hyperparameters
      const Hyperparameter& row = find_hyperparameter(untuned, p.name);
      effect = row.effect;
      unit = row.unit;
      fallback = setting_value(get(untuned, p.name));
    } catch (const Error&) {
      effect.clear();
    }
    list.push_back({{"name", p.name},
                    {"kind", category                                ? "categorical"
                             : d.kind == Distribution::Kind::integer ? "int"
                                                                     : "float"},
                    {"low", category ? ordered_json() : number(d.low)},
                    {"high", category ? ordered_json() : number(d.high)},
                    {"log", d.log},
                    {"step", category || d.step == 0 ? ordered_json() : number(d.step)},
                    {"choices", choices},
                    {"condition", condition},
                    {"effect", effect},
                    {"unit", unit},
                    {"default", fallback}});
  }
  return list;
}

bool ended(const StudyTable& table) {
  return std::all_of(table.trials.begin(), table.trials.end(),
                     [](const StudyRow& row) { return is_finished(row.state); }) &&
         static_cast<int>(table.trials.size() + table.repeats.size()) >= table.definition.budget.trials;
}

// 0: not opened yet.
std::int64_t test_images(const ConfirmationTable* confirmation) {
  if (confirmation)
    for (const ConfirmationCandidate& c : confirmation->candidates)
      for (const ConfirmationRun& run : c.runs)
        if (run.test) return run.test->count;
  return 0;
}

ordered_json shared_json(const std::optional<SharedImages>& shared) {
  return shared ? ordered_json::parse(to_json(*shared)) : ordered_json();
}

ordered_json study_json(const StudyDocumentInput& in) {
  const StudyDefinition& d = in.table.definition;
  ordered_json fixed = ordered_json::object();
  for (const auto& [name, text] : d.fixed) fixed[name] = text;
  return {{"name", in.table.name},
          {"description", d.description},
          {"options", in.options},
          {"created", iso_time(in.table.first_start)},
          {"finished", ended(in.table) ? ordered_json(iso_time(in.table.last_end)) : ordered_json()},
          {"architecture", architecture_json(d.architecture)},
          {"data",
           {{"name", d.data.name},
            {"hash", d.data.hash},
            {"train_images", d.data.train_images},
            {"validation_images", d.data.validation_images},
            {"test_images", test_images(in.confirmation)},
            {"split_seed", d.data.split_seed},
            {"split_hash", d.data.split_hash},
            {"folds", d.data.folds},
            {"shared_images",
             {{"validation", shared_json(in.table.shared_validation)},
              {"test", shared_json(in.confirmation ? in.confirmation->shared_test : std::nullopt)}}}}},
          {"measure", {{"name", name_of(d.measure)}, {"maximize", in.table.maximize}}},
          {"sampler", d.sampler},
          {"pruner", d.pruner},
          {"seed", d.seed},
          {"lag", d.lag},
          {"budget", {{"trials", d.budget.trials}, {"epochs", d.budget.epochs}}},
          {"fixed", fixed},
          {"space", space_json(in.table)}};
}

const char* role_text(TrialRole role) {
  switch (role) {
    case TrialRole::untuned:
      return "default";
    case TrialRole::startup:
      return "startup";
    case TrialRole::wish:
      return "wish";
    case TrialRole::search:
      break;
  }
  return "";
}

ordered_json trials_json(const StudyTable& table, const FinalValues& finals) {
  ordered_json numbers = ordered_json::array(), states = numbers, values = numbers, epochs = numbers,
               seconds = numbers, starts = numbers, roles = numbers, params = ordered_json::object(),
               failures = params, predicted = params;
  for (const StudyRow& row : table.trials) {
    numbers.push_back(row.number);
    states.push_back(shown_state(row.state, row.paused));
    values.push_back(number(row.has_result() ? row.value : NAN));
    epochs.push_back(row.epochs.size());
    seconds.push_back(number(row.seconds, 4));
    starts.push_back(std::isfinite(row.start) ? ordered_json(std::round(row.start * 10) / 10)
                                              : ordered_json());
    roles.push_back(role_text(row.role));
    if (!row.failure.empty()) failures[std::to_string(row.number)] = row.failure;
  }
  for (std::size_t i = 0; i < table.definition.space.size(); ++i) {
    const Parameter& p = table.definition.space[i];
    ordered_json& column = params[p.name] = ordered_json::array();
    for (const StudyRow& row : table.trials)
      column.push_back(parameter_value(p.distribution, row.assignment[i]));
  }
  for (const PredictedFinal& p : finals.predicted)
    if (ordered_json value = estimate(p.value); !value.is_null())
      predicted[std::to_string(table.trials[p.trial].number)] = std::move(value);
  return {{"number", numbers},   {"state", states},       {"value", values}, {"epochs", epochs},
          {"seconds", seconds},  {"start", starts},       {"role", roles},   {"params", params},
          {"failure", failures}, {"predicted", predicted}};
}

// The default, the best trials, and an even sample of all others.
ordered_json curves_json(const StudyTable& table) {
  std::vector<std::size_t> with_curve, chosen;
  for (std::size_t i = 0; i < table.trials.size(); ++i)
    if (!table.trials[i].epochs.empty()) with_curve.push_back(i);
  std::vector<std::size_t> order = with_curve;
  const auto rank = [&](std::size_t i) {
    const StudyRow& row = table.trials[i];
    return row.role == TrialRole::untuned ? 0 : row.has_result() ? 1 : 2;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return rank(a) == 1 && table.better(table.trials[a].value, table.trials[b].value);
  });
  const std::size_t first = std::min(best_curves, order.size());
  chosen.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first));
  const std::size_t rest = order.size() - first, wanted = std::min(rest, most_curves - best_curves);
  std::sort(order.begin() + static_cast<std::ptrdiff_t>(first), order.end());
  for (std::size_t k = 0; k < wanted; ++k) chosen.push_back(order[first + k * rest / wanted]);
  std::sort(chosen.begin(), chosen.end());
  ordered_json curves = ordered_json::array();
  for (const std::size_t i : chosen) {
    ordered_json values = ordered_json::array();
    for (const double v : table.trials[i].epochs) values.push_back(number(v, 5));
    curves.push_back({{"trial", table.trials[i].number}, {"values", values}});
  }
  return curves;
}

ordered_json recommendation_json(const StudyDocumentInput& in) {
  const std::optional<Recommendation>& r = in.findings.recommendation;
  if (!r) return {};
  ordered_json json = ordered_json::parse(to_json(*r, in.table.maximize));
  json["text"] = recommendation_words(*r, MeasureText(in.table.maximize));
  return json;
}

std::string base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock ends it with a zero
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

ordered_json errors_json(const DocumentErrors& errors) {
  ordered_json confusion = ordered_json::array(), pairs = confusion, hardest = confusion;
  struct Pair {
    int a, b;
    std::int64_t count, of;
  };
  std::vector<Pair> confused;
  for (int a = 0; a < errors.confusion.classes; ++a) {
    ordered_json row = ordered_json::array();
    std::int64_t images = 0;
    for (int b = 0; b < errors.confusion.classes; ++b) {
      row.push_back(errors.confusion.at(a, b));
      images += errors.confusion.at(a, b);
    }
    for (int b = 0; b < errors.confusion.classes; ++b)
      if (a != b && errors.confusion.at(a, b) > 0)
        confused.push_back({a, b, errors.confusion.at(a, b), images});
    confusion.push_back(std::move(row));
  }
  std::stable_sort(confused.begin(), confused.end(),
                   [](const Pair& x, const Pair& y) { return x.count > y.count; });
  if (confused.size() > 12) confused.resize(12);
  const auto name = [&](int c) { return errors.classes.at(static_cast<std::size_t>(c)); };
  for (const Pair& p : confused)
    pairs.push_back({{"a", name(p.a)},
                     {"b", name(p.b)},
                     {"count", p.count},
                     {"share", number(static_cast<double>(p.count) / static_cast<double>(p.of))}});
  for (const DocumentMistake& m : errors.hardest)
    hardest.push_back({{"label", m.label},
                       {"predicted", m.predicted},
                       {"probability", number(m.probability, 4)},
                       {"image", "data:image/png;base64," + base64(m.png)}});
  return {{"images", errors.images},
          {"classes", errors.classes},
          {"confusion", confusion},
          {"pairs", pairs},
          {"hardest", hardest}};
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

// What computed the study and the experiments about it.
ordered_json provenance_json(const StudyDocumentInput& in) {
  ordered_json list = ordered_json::array();
  const auto add = [&](const char* of, const std::string& name, const StudyProvenance& p) {
    ordered_json groups = ordered_json::array();
    for (const StudyProvenance::Group& g : p.groups)
      groups.push_back({{"version", text_or_null(g.environment.version)},
                        {"commit", text_or_null(g.environment.commit)},
                        {"instruction_set", text_or_null(g.environment.instruction_set)},
                        {"processor", text_or_null(g.environment.processor)},
                        {"hosts", g.hosts},
                        {"kernels", g.kernels},
                        {"trials", g.trials}});
    list.push_back({{"of", of},
                    {"name", name},
                    {"trials", p.trials},
                    {"not_recorded", p.not_recorded},
                    {"continued", p.continued},
                    {"computed_by", groups}});
  };
  add("study", in.table.name, in.table.provenance);
  if (in.confirmation) add("confirmation", in.confirmation->study, in.confirmation->provenance);
  if (in.spread) add("spread experiment", in.spread->name, in.spread->provenance);
  return list;
}

// A shipped one's name; of another the file that people will have called so.
std::string architecture_option(const std::string& name) {
  const std::vector<std::string> shipped = shipped_architectures();
  const bool is_shipped = std::find(shipped.begin(), shipped.end(), name) != shipped.end();
  return is_shipped ? name : shell_path(name + ".toml");
}

}  // namespace

ordered_json number(double value, int digits) {
  if (!std::isfinite(value)) return nullptr;
  if (value == std::round(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  const std::string text = fmt::format("{:.{}g}", value, digits);
  double rounded = value;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

ordered_json estimate(const Estimate& e) {
  if (!std::isfinite(e.estimate) || !std::isfinite(e.low) || !std::isfinite(e.high)) return nullptr;
  return {{"estimate", number(e.estimate)}, {"low", number(e.low)}, {"high", number(e.high)}};
}

ordered_json alone(double value) {
  if (!std::isfinite(value)) return nullptr;
  return {{"estimate", number(value)}, {"low", nullptr}, {"high", nullptr}};
}

ordered_json estimate(const std::optional<Estimate>& e) { return e ? estimate(*e) : ordered_json(); }

ordered_json setting_value(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return number(value, 15);
  return text;
}

ordered_json settings_json(const SettingTexts& settings) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, text] : settings) json[name] = setting_value(text);
  return json;
}

std::string iso_time(const std::optional<Timestamp>& time) {
  if (!time) return {};
  std::string text = format_timestamp(*time).substr(0, 19) + "Z";
  text[10] = 'T';
  return text;
}

std::string study_document(const StudyDocumentInput& in) {
  ordered_json document{{"format", "tailor-study-document"},
                        {"version", 4},
                        {"program", {{"name", "tailor"}, {"version", in.program_version}}},
                        {"study", study_json(in)},
                        {"answer", {{"sentences", answer_sentences(in.table, in.findings, in.confirmation)}}},
                        {"recommendation", recommendation_json(in)},
                        {"trials", trials_json(in.table, in.findings.finals)},
                        {"curves", curves_json(in.table)}};
  add_findings(document, in);
  document["confirmation"] = in.confirmation ? confirmation_part(in) : ordered_json();
  document["metrics"] = metric_table_json(metric_table(in.table, in.confirmation));
  document["errors"] = in.errors ? errors_json(*in.errors) : ordered_json();
  ordered_json& openings = document["openings"] = ordered_json::array();
  for (const Opening& o : in.openings)
    openings.push_back({{"time", o.time},
                        {"by", o.by},
                        {"candidates", o.candidates},
                        {"seeds", o.seeds},
                        {"images_hash", o.images_hash},
                        {"elsewhere", o.elsewhere}});
  ordered_json& words = document["glossary"] = ordered_json::array();
  for (const GlossaryEntry& entry : glossary()) words.push_back({{"term", entry.term}, {"text", entry.text}});
  document["provenance"] = provenance_json(in);
  const Reproduction again = reproduction(in.table, in.confirmation);
  document["reproduce"] = {{"command", again.command}, {"recipe", again.recipe}};
  return document.dump();
}

Reproduction reproduction(const StudyTable& table, const ConfirmationTable* confirmation) {
  const StudyDefinition& d = table.definition;
  const bool confirmed = confirmation && confirmation->winner;
  const auto best = table.best();
  if (!confirmed && !best) return {};
  const SettingTexts& settings =
      confirmed ? confirmation->candidates[*confirmation->winner].settings : table.best_settings;
  std::vector<std::string> overrides{fmt::format("epochs={}", d.budget.epochs)};
  for (const auto& [name, text] : settings) overrides.push_back(name + "=" + text);

  Reproduction result;
  const std::string parts = d.data.folds > 0
                                ? fmt::format("--folds {}", d.data.folds)
                                : fmt::format("--split {}:{}", d.data.train_images, d.data.validation_images);
  result.command = fmt::format("tailor train --architecture {} --data {} \\\n  {} --split-seed {} \\\n",
                               architecture_option(d.architecture.name), shell_path(d.data.name), parts,
                               d.data.split_seed);
  if (const std::string pictures = to_command_options(d.data.pictures); !pictures.empty())
    result.command += fmt::format("  {} \\\n", pictures);
  if (const Metric metric = metric_of(d.measure); metric != Metric::accuracy)
    result.command += fmt::format("  --objective {} \\\n", info(metric).objective);
  for (const std::string& text : overrides)
    result.command += fmt::format("  --set {} \\\n", shell_word(text));
  result.command += "  --out winner";
  ResolvedSettings resolved = resolve_settings(d.architecture, std::nullopt, overrides);
  for (auto& [name, origin] : resolved.origins)
    if (origin != "default") origin = "the study";
  const ordered_json what =
      confirmed ? fmt::format("the confirmed winner of {}", table.name)
                : fmt::format("trial {} of {}, not confirmed", table.trials[*best].number, table.name);
  result.recipe = fmt::format("description = {}\narchitecture = {}\n\n{}", what.dump(),
                              ordered_json(d.architecture.name).dump(), to_toml(resolved));
  return result;
}

}  // namespace tailor
