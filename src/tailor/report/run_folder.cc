#include "tailor/report/run_folder.h"

#include <sstream>

#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/train/recipe.h"

namespace tailor {
namespace {

// The keys of [run] in one place, for writing and reading.
template <class Visitor>
void visit(RunDescription& run, Visitor&& visitor) {
  visitor("version", run.version);
  visitor("data", run.data);
  visitor("data_hash", run.data_hash);
  visitor("train_images", run.train_images);
  visitor("validation_images", run.validation_images);
  visitor("split_seed", run.split_seed);
  visitor("split_hash", run.split_hash);
  visitor("seed", run.seed);
  visitor("layer_by_layer", run.layer_by_layer);
  visitor("architecture_fingerprint", run.architecture.fingerprint);
}

// Only where they are not the defaults.
constexpr const char* pictures_key = "pictures";
constexpr const char* objective_key = "objective";
constexpr const char* folds_key = "folds";

}  // namespace

void write_description(const std::filesystem::path& folder, const RunDescription& run,
                       const ResolvedSettings& settings) {
  RunDescription copy = run;
  std::string text =
      "# What this training was asked for. `tailor train --resume` and `tailor evaluate` read it.\n[run]\n";
  visit(copy, [&](const char* key, const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>)
      text += fmt::format("{} = {}\n", key, toml_text(value));
    else
      text += fmt::format("{} = {}\n", key, value);
  });
  if (const std::string pictures = to_text(run.pictures); !pictures.empty())
    text += fmt::format("{} = {}\n", pictures_key, toml_text(pictures));
  if (run.objective != Metric::accuracy)
    text += fmt::format("{} = {}\n", objective_key, toml_text(std::string(info(run.objective).objective)));
  if (run.folds > 0) text += fmt::format("{} = {}\n", folds_key, run.folds);
  text += "\n" + to_toml(settings);
  write_file(folder / run_file::architecture, to_toml(run.architecture));
  write_file(folder / run_file::description, text);
}

RunDescription read_description(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / run_file::description;
  const std::string text = read_file(file);
  RunDescription run;
  run.architecture = read_architecture(folder / run_file::architecture, {.binding = false});
  const std::string fingerprint = run.architecture.fingerprint;
  toml::table table;
  try {
    table = toml::parse(text, file.string());
  } catch (const toml::parse_error& error) {
    throw bad_input("{}:{}: {}", file.string(), error.source().begin.line, error.description());
  }
  visit(run, [&](const char* key, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    const toml::node_view node = table["run"][key];
    if constexpr (std::is_same_v<Value, std::string>) {
      const auto found = node.value<std::string>();
      if (!found) throw bad_input("{}: [run] {}: expected a text", file.string(), key);
      value = *found;
    } else if constexpr (std::is_same_v<Value, bool>) {
      value = node.value_or(false);  // descriptions of earlier versions have none
    } else {
      const auto found = node.value<std::int64_t>();
      if (!found) throw bad_input("{}: [run] {}: expected a whole number", file.string(), key);
      value = static_cast<Value>(*found);
    }
  });
  run.pictures = picture_options_from_text(table["run"][pictures_key].value_or(std::string()), file.string());
  run.folds = table["run"][folds_key].value_or(0);
  if (const auto objective = table["run"][objective_key].value<std::string>()) {
    try {
      run.objective = metric_of_objective(*objective, "[run] objective");
    } catch (const Error& error) {
      throw bad_input("{}: {}", file.string(), error.what());
    }
  }
  if (run.architecture.fingerprint != fingerprint)
    throw bad_input("{}: the architecture beside it has the fingerprint {}, the run was made with {}",
                    file.string(), fingerprint, run.architecture.fingerprint);
  const Recipe recipe = parse_recipe(text, file.string());  // a run.toml is a recipe too
  run.settings = resolve_settings(run.architecture, &recipe, {}).settings;
  return run;
}

Model read_run_model(const std::filesystem::path& folder) {
  for (const char* name : {run_file::summary, run_file::model})  // a run with a summary is complete
    if (!is_there(folder / name))
      throw bad_input("{}: expected a finished run, got a folder without {}{}", folder.string(), name,
                      is_there(folder / run_file::description)
                          ? ": its training has not ended; go on with tailor train --resume"
                          : "");
  return read_model(folder / run_file::model);
}

std::vector<ImagesOpening> run_openings(const std::filesystem::path& folder, const std::string& test_hash) {
  std::vector<ImagesOpening> openings;
  const std::filesystem::path file = folder / run_file::ledger;
  if (!is_there(file)) return openings;
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json j = nlohmann::json::parse(line, nullptr, false);
    if (j.is_object() && j.value("test_set_sha256", "") == test_hash)
      openings.push_back({.time = j.value("when", ""),
                          .test_hash = test_hash,
                          .command = "tailor evaluate --test",
                          .study = {},
                          .confirmation = {},
                          .run = folder.string(),
                          .host = {}});
  }
  return openings;
}

void record_test_opening(const std::filesystem::path& folder, const std::string& weights_hash,
                         const ImagesOpening& opening, std::size_t before) {
  append_line(folder / run_file::ledger, nlohmann::ordered_json{{"when", opening.time},
                                                                {"what", "test images opened"},
                                                                {"model_sha256", weights_hash},
                                                                {"test_set_sha256", opening.test_hash},
                                                                {"opened_before", before}}
                                             .dump());
}

}  // namespace tailor
