// tailor spread: how vastly results vary over a study's space, from independent random settings that are
// trained to the end, beside baselines on fresh seeds.
#include <optional>

#include "commands.h"
#include "study_location.h"
#include "study_session.h"
#include "tailor/analysis/confirmation.h"
#include "tailor/base/error.h"
#include "tailor/tune/spread/baselines.h"

namespace tailor {
namespace {

struct SpreadArguments {
  StudyLocation location;
  std::string data;
  std::optional<int> settings, repeats;
  bool again = false;
  SessionOptions session;
};

constexpr int default_settings = 30, default_repeats = 3;

// The last confirmation's winner, if it has one.
std::optional<SpreadBaseline> confirmed_winner(Storage& storage, const std::string& name) {
  const std::vector<StudyId> confirmations = confirmations_of(storage, name);
  if (confirmations.empty()) return std::nullopt;
  const ConfirmationTable table = read_confirmation(storage, confirmations.back());
  if (!table.winner) return std::nullopt;
  const ConfirmationCandidate& winner = table.candidates[*table.winner];
  return SpreadBaseline{BaselineKind::tuned, winner.name + ", the confirmed winner", winner.settings};
}

StudyDefinition define(Storage& storage, StudyId study, const std::string& name, int experiments_before,
                       const SpreadArguments& a) {
  StudyView view(study);
  storage.read_transaction([&] { view.refresh(storage); });
  SpreadPlan plan{name, spread_baselines(storage, view, confirmed_winner(storage, name))};
  plan.extend(a.settings.value_or(default_settings), a.repeats.value_or(default_repeats));
  const StudyDefinition& d = view.definition();
  return spread_of(d, std::move(plan), d.seed + static_cast<std::uint64_t>(experiments_before));
}

// What there is stays; more is appended to it.
void extend(Storage& storage, StudyId experiment, const SpreadArguments& a) {
  const auto check = [&](const char* option, const std::optional<int>& wanted, int planned) {
    if (wanted.value_or(planned) < planned)
      throw usage_error(
          "{} {}: '{}' has {} already, and a spread experiment never gets smaller. Leave the option out to "
          "go on with it, give a larger number for more, or --again for another experiment with other draws",
          option, *wanted, storage.get_study(experiment).name, planned);
  };
  change_definition(storage, experiment, [&](StudyDefinition d) {
    check("--settings", a.settings, d.spread->settings());
    check("--repeats", a.repeats, d.spread->repeats());
    d.spread->extend(a.settings.value_or(0), a.repeats.value_or(0));
    d.budget.trials = static_cast<int>(d.spread->runs.size());
    return d;
  });
}

void spread(const SpreadArguments& a) {
  const FoundStudy found = find_study(a.location);
  Storage& storage = *found.storage;
  const std::string name = storage.get_study(found.id).name;
  const StudyDefinition study = read_definition(storage, found.id);
  if (study.confirmation || study.spread)
    throw usage_error("'{}' is a {} itself, of study '{}': give that one's name", name,
                      study.spread ? "spread experiment" : "confirmation",
                      study.spread ? study.spread->study : study.confirmation->study);
  const std::vector<StudyId> before = spreads_of(storage, name);
  std::optional<StudyId> experiment;
  std::optional<StudyDefinition> definition;
  if (!before.empty() && !a.again) {
    experiment = before.back();
    extend(storage, *experiment, a);
  } else {
    definition = define(storage, found.id, name, static_cast<int>(before.size()), a);
  }
  SessionImages images = open_images(study.data, a.data);
  if (!experiment) {
    const std::size_t number = before.size() + 1;
    experiment = create_study(storage, name + ".spread" + (number > 1 ? "-" + std::to_string(number) : ""),
                              *definition);
  }
  run_session(storage, a.location.storage, *experiment, std::move(images), a.session, "spread", name);
}

}  // namespace

void add_spread_command(CLI::App& app) {
  auto a = std::make_shared<SpreadArguments>();
  CLI::App* command = app.add_subcommand(
      "spread", "Measure how vastly results vary: random settings of a study's space, none cut short");
  add_storage_option(*command, a->location);
  add_study_option(*command, a->location);
  command->add_option("--settings", a->settings, "Random settings, all trained to the end [30]")
      ->check(CLI::Range(2, 100000));
  command
      ->add_option("--repeats", a->repeats, "Fresh seeds of the default, and of what it is compared with [3]")
      ->check(CLI::Range(2, 1000));
  command->add_flag("--again", a->again, "Another experiment, with other draws and seeds");
  command->add_option("--data", a->data, "Where the images are on this machine [the study's own]");
  add_session_options(*command, a->session);
  command->callback([a] { spread(*a); });
}

}  // namespace tailor
