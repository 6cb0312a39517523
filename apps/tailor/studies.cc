// tailor studies, trials, best, export, delete: looking at studies, ours or Optuna's, and removing them.
#include <cstdio>
#include <filesystem>
#include <optional>

#include <nlohmann/json.hpp>

#include "commands.h"
#include "study_location.h"
#include "tailor/analysis/fresh_reports.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/report/label.h"
#include "tailor/report/recommendation_words.h"
#include "tailor/report/study_listing.h"
#include "tailor/tune/space/setting_text.h"
#include "tailor/tune/study.h"
#include "tailor/tune/study/study_summary.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

struct Studies {
  StudyLocation location;
  bool json = false;

  void run() const {
    const std::unique_ptr<Storage> opened = open_existing_storage(location.storage);
    std::vector<StudyOverview> all;
    for (const StudyRecord& study : opened->list_studies()) {
      try {
        const std::vector<TrialRecord> trials = opened->get_trials(study.id);
        all.push_back(overview(study, trials));
      } catch (const Error& error) {
        if (error.code() != ExitCode::bad_input) throw;
        all.push_back({.study = study, .problem = error.what()});  // one study never hides the others
      }
    }
    print(json ? studies_json(all) : studies_table(all));
  }
};

struct Trials {
  StudyLocation location;
  bool json = false, by_value = false;
  std::string state;
  int most = 0;

  void run() const {
    const FoundStudy found = find_study(location);
    const StudyRecord record = found.storage->get_study(found.id);
    std::vector<TrialRecord> trials = found.storage->get_trials(record.id);
    const StudyProvenance whole = study_provenance(trials);
    if (!state.empty()) std::erase_if(trials, [&](const TrialRecord& t) { return shown_state(t) != state; });
    if (by_value) sort_by_value(record, trials);
    if (most > 0 && trials.size() > static_cast<std::size_t>(most))
      trials.resize(static_cast<std::size_t>(most));
    print(json ? trials_json(trials) : trials_table(trials, whole));
  }
};

// A trial's JSON with what the study says of it.
std::string with_recommendation(const std::string& trial, const StudySummary& study) {
  auto json = nlohmann::ordered_json::parse(trial);
  if (study.recommendation)
    json["recommendation"] =
        nlohmann::ordered_json::parse(to_json(*study.recommendation, maximizes(study.definition.measure)));
  return json.dump(2) + "\n";
}

struct Best {
  StudyLocation location;
  bool json = false;
  std::string recipe;

  void run() const {
    const FoundStudy found = find_study(location);
    const StudyRecord record = found.storage->get_study(found.id);
    const std::vector<TrialRecord> trials = found.storage->get_trials(record.id);
    const TrialRecord* best = best_trial(record, trials);
    if (best == nullptr) throw failure("study '{}' has no complete trial yet", record.name);
    std::optional<StudySummary> own;  // of a study that tailor made
    if (record.user_attributes.contains(study_key::definition))
      own = summarize(*found.storage, found.id, true, read_fresh_reports(*found.storage, found.id));
    if (own && own->recommendation) best = &trials.at(own->recommendation->trial);
    if (!recipe.empty())
      write_file(recipe, best_recipe(own ? *own : summarize(*found.storage, found.id, true)));
    if (json) return print(own ? with_recommendation(trial_json(*best), *own) : trial_json(*best));
    // One that was cut short may have been confirmed all the same.
    print(
        fmt::format("trial {} of {}, {}\n", best->number, trials.size(),
                    best->values.empty() ? "cut short" : fmt::format("value {:.6g}", best->values.front())));
    for (const TrialParam& param : best->params)
      print(fmt::format("  {} = {}\n", param.name(), value_text(param.distribution(), param.value)));
    if (best->user_attributes.contains(trial_key::untuned)) print("  the untuned defaults\n");
    if (own && own->recommendation) {
      const Recommendation& r = *own->recommendation;
      const double mean = (maximizes(own->definition.measure) ? -1 : 1) * r.mean;
      if (r.reports > 1) print(fmt::format("mean of its {} trainings {:.6g}\n", r.reports, mean));
      print(wrapped(recommendation_words(r, MeasureText(own->definition.measure)), ""));
    }
    if (!own || !own->confirmed) print("The best of many measurements is flattered by chance.\n");
    if (recipe.empty()) {
      print("As a recipe: tailor best … --recipe FILE\n");
    } else {
      print(fmt::format("Train with it: tailor train --recipe {} --out DIR\n", shell_path(recipe)));
    }
  }
};

struct Export {
  StudyLocation location;
  std::string format = "csv", out;

  void run() const {
    const FoundStudy found = find_study(location);
    const StudyRecord record = found.storage->get_study(found.id);
    const std::vector<TrialRecord> trials = found.storage->get_trials(record.id);
    const std::string text = format == "json" ? trials_json(trials) : trials_csv(record, trials);
    if (out.empty()) return print(text);
    write_file(out, text);
    print(fmt::format("{}: {} trials\n", out, trials.size()));
  }
};

struct Delete {
  StudyLocation location;
  bool yes = false, json = false;

  void run() const {
    const FoundStudy found = find_study(location);
    const StudyRecord record = found.storage->get_study(found.id);
    std::int64_t trials = found.storage->count_trials(record.id).total();
    std::string what = fmt::format("'{}' with {} trials", record.name, trials);
    // A later study of the same name must not find the answers of this one.
    std::vector<StudyId> own = confirmations_of(*found.storage, record.name);
    const std::vector<StudyId> spreads = spreads_of(*found.storage, record.name);
    own.insert(own.end(), spreads.begin(), spreads.end());
    for (const StudyId id : own) {
      what += fmt::format(" and '{}'", found.storage->get_study(id).name);
      trials += found.storage->count_trials(id).total();
    }
    if (!yes) throw usage_error("study {} would be gone for good; give --yes to delete it", what);
    for (const StudyId id : own) remove(*found.storage, id);
    remove(*found.storage, record.id);
    if (json) return print(fmt::format("{{\"deleted_trials\": {}}}\n", trials));
    print(fmt::format("deleted {}\n", what));
  }

 private:
  // With what it kept to resume trials from, if that is where it is kept unless told otherwise.
  void remove(Storage& storage, StudyId study) const {
    const std::filesystem::path parent = default_checkpoints(location.storage);
    std::error_code ignored;
    if (storage.get_study(study).user_attributes.contains(study_key::identity))
      std::filesystem::remove_all(checkpoint_folder(storage, study, parent), ignored);
    std::filesystem::remove(parent, ignored);  // only if nothing else is kept there
    storage.delete_study(study);
  }
};

template <class Command>
std::pair<CLI::App*, std::shared_ptr<Command>> add(CLI::App& app, const char* name, const char* help,
                                                   bool one_study = true) {
  auto command = std::make_shared<Command>();
  CLI::App* sub = app.add_subcommand(name, help);
  add_storage_option(*sub, command->location);
  if (one_study) add_study_option(*sub, command->location);
  sub->callback([command] { command->run(); });
  return {sub, command};
}

}  // namespace

void add_study_commands(CLI::App& app) {
  const char* json_help = "Print JSON";
  {
    const auto [sub, command] = add<Studies>(app, "studies", "List the studies of a database", false);
    sub->add_flag("--json", command->json, json_help);
  }
  {
    const auto [sub, command] = add<Trials>(app, "trials", "List the trials of a study");
    sub->add_flag("--json", command->json, json_help);
    sub->add_flag("--by-value", command->by_value, "Best first");
    sub->add_option("--most", command->most, "Only so many")->check(positive);
    sub->add_option("--state", command->state, "Only these")
        ->check(CLI::IsMember(std::vector<std::string>(shown_states.begin(), shown_states.end())));
  }
  {
    const auto [sub, command] = add<Best>(app, "best", "Show the best trial of a study");
    sub->add_flag("--json", command->json, json_help);
    sub->add_option("--recipe", command->recipe, "Write its settings to this file, for tailor train");
  }
  {
    const auto [sub, command] = add<Export>(app, "export", "Write all trials of a study as CSV or JSON");
    sub->add_option("--format", command->format, "csv or json")
        ->check(CLI::IsMember({"csv", "json"}))
        ->capture_default_str();
    sub->add_flag_callback(
        "--json", [command = command] { command->format = "json"; }, "Short for --format json");
    sub->add_option("--out", command->out, "The file; default: standard output");
  }
  {
    const auto [sub, command] = add<Delete>(app, "delete", "Delete a study with all its trials");
    sub->add_flag("--yes", command->yes, "Do it");
    sub->add_flag("--json", command->json, json_help);
  }
}

}  // namespace tailor
