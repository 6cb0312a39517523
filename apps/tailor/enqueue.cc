// tailor enqueue: settings that a study shall try next.
#include <cstdio>
#include <vector>

#include <nlohmann/json.hpp>

#include "commands.h"
#include "study_location.h"
#include "tailor/base/error.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/recipe.h"
#include "tailor/tune/study.h"

namespace tailor {
namespace {

struct EnqueueArguments {
  StudyLocation location;
  std::string recipe;
  std::vector<std::string> overrides;
  bool json = false;
};

// As Optuna's enqueue_trial has it: names with values of their own types.
nlohmann::json wish(const EnqueueArguments& a, const StudyDefinition& definition) {
  std::optional<std::string> recipe;
  if (!a.recipe.empty()) recipe = a.recipe;
  const ResolvedSettings resolved = resolve_settings(definition.architecture, recipe, a.overrides);
  nlohmann::json params = nlohmann::json::object();
  for (const auto& [name, origin] : resolved.origins) {
    if (origin == "default") continue;
    if (name == "epochs") {
      // A recipe always has a length; who names one himself wants it.
      if (origin != "--set") continue;
      throw usage_error("--set epochs: every trial of a study has the same length, here {} epochs",
                        definition.budget.epochs);
    }
    const std::string text = get(resolved.settings, name);
    const HyperparameterKind kind = find_hyperparameter(resolved.settings, name).kind;
    params[name] = kind == HyperparameterKind::choice ? nlohmann::json(text) : nlohmann::json::parse(text);
  }
  if (params.empty()) throw usage_error("nothing to try: give --set name=value or --recipe");
  return params;
}

void enqueue(const EnqueueArguments& a) {
  const FoundStudy found = find_study(a.location);
  const StudyDefinition definition = read_definition(*found.storage, found.id);
  if (definition.spread)
    throw usage_error("'{}' is the spread experiment of '{}', which takes no wishes: give that study's name",
                      found.storage->get_study(found.id).name, definition.spread->study);
  const nlohmann::json params = wish(a, definition);
  const CreatedTrial trial = found.storage->create_trial(
      found.id, {.state = TrialState::waiting, .system_attributes = {{"fixed_params", params.dump()}}});
  if (a.json) {
    std::printf("%s\n", nlohmann::json{{"trial", trial.number}, {"settings", params}}.dump(2).c_str());
  } else {
    std::printf("trial %lld waits for the next free worker\n", static_cast<long long>(trial.number));
  }
}

}  // namespace

void add_enqueue_command(CLI::App& app) {
  auto a = std::make_shared<EnqueueArguments>();
  CLI::App* command = app.add_subcommand("enqueue", "Settings that a study shall try next");
  add_storage_option(*command, a->location);
  add_study_option(*command, a->location);
  command->add_option("--set", a->overrides, "name=value; what is not set is left to the sampler")
      ->allow_extra_args(false);
  command->add_option("--recipe", a->recipe, "All values of a recipe: shipped name or TOML file");
  command->add_flag("--json", a->json, "Print the trial as JSON");
  command->callback([a] { enqueue(*a); });
}

}  // namespace tailor
