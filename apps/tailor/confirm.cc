// tailor confirm: races a study's leading settings on fresh seeds, then measures the winner and what it is
// compared with on further ones, which alone meet the test images.
#include <optional>

#include "commands.h"
#include "study_location.h"
#include "study_session.h"
#include "tailor/analysis/confirmation.h"
#include "tailor/base/error.h"
#include "tailor/tune/confirm/candidates.h"

namespace tailor {
namespace {

struct ConfirmArguments {
  StudyLocation location;
  std::string data;
  std::optional<int> leaders, first_seeds, most_seeds, final_seeds, random_settings, lag;
  bool reshuffle = false, sealed = false, again = false;
  SessionOptions session;

  bool say_what() const {
    return leaders || first_seeds || most_seeds || final_seeds || random_settings || lag || reshuffle ||
           sealed;
  }
};

constexpr int default_leaders = 5, default_random_settings = 8, default_lag = 4;

StudyDefinition define(Storage& storage, StudyId study, const std::string& name, int confirmations_before,
                       const ConfirmArguments& a) {
  StudyView view(study);
  storage.read_transaction([&] { view.refresh(storage); });
  const StudyDefinition& d = view.definition();
  const std::uint64_t seed = d.seed + static_cast<std::uint64_t>(confirmations_before);
  Confirmation c;
  c.study = name;
  c.candidates = choose_candidates(storage, view, a.leaders.value_or(default_leaders));
  for (Candidate& drawn : draw_random_settings(d, a.random_settings.value_or(default_random_settings), seed))
    c.candidates.push_back(std::move(drawn));
  c.race.first_seeds = a.first_seeds.value_or(c.race.first_seeds);
  c.race.most_seeds = a.most_seeds.value_or(std::max(c.race.most_seeds, c.race.first_seeds));
  c.final_seeds = a.final_seeds.value_or(c.final_seeds);
  c.reshuffle = a.reshuffle;
  c.open_test = !a.sealed;
  if (c.race.most_seeds < c.race.first_seeds)
    throw usage_error("--most-seeds {}: fewer than --first-seeds {}", c.race.most_seeds, c.race.first_seeds);
  return confirmation_of(d, std::move(c), seed, a.lag.value_or(default_lag));
}

void confirm(const ConfirmArguments& a) {
  if (a.random_settings == 1)
    throw usage_error(
        "--random-settings 1: one setting does not tell how random settings differ; give 2 or more, or 0");
  const FoundStudy found = find_study(a.location);
  Storage& storage = *found.storage;
  const std::string name = storage.get_study(found.id).name;
  const StudyDefinition study = read_definition(storage, found.id);
  if (study.confirmation)
    throw usage_error("'{}' is a confirmation itself, of study '{}': give that one's name", name,
                      study.confirmation->study);
  if (study.spread)
    throw usage_error("'{}' is the spread experiment of study '{}': give that one's name", name,
                      study.spread->study);
  if (a.reshuffle && study.data.folds > 0)
    throw usage_error("--reshuffle: each seed of a study with folds draws its folds anyway; leave it out");
  const std::vector<StudyId> before = confirmations_of(storage, name);
  std::optional<StudyId> confirmation;
  if (!before.empty() && !a.again) {
    confirmation = before.back();
    const auto same = [&] {
      const StudyDefinition asked = define(storage, found.id, name, static_cast<int>(before.size()) - 1, a);
      const StudyDefinition begun = read_definition(storage, *confirmation);
      return asked.confirmation == begun.confirmation && asked.lag == begun.lag;
    };
    if (a.say_what() && !same())
      throw usage_error(
          "'{}' is the study's confirmation already, and stays as it was begun, with other options: leave "
          "these out to go on with it, or give --again for another one, with other seeds",
          storage.get_study(*confirmation).name);
  }
  SessionImages images = open_images(study.data, a.data);
  if (!confirmation) {
    if (!a.sealed) check_sealed_images(images);
    const int number = static_cast<int>(before.size()) + 1;
    const StudyDefinition definition = define(storage, found.id, name, number - 1, a);
    confirmation = create_study(storage, name + ".confirm" + (number > 1 ? "-" + std::to_string(number) : ""),
                                definition);
  }
  run_session(storage, a.location.storage, *confirmation, std::move(images), a.session, "confirm", name);
}

}  // namespace

void add_confirm_command(CLI::App& app) {
  auto a = std::make_shared<ConfirmArguments>();
  CLI::App* command = app.add_subcommand(
      "confirm", "Measure a study's leading settings on fresh seeds, and the winner on test images");
  add_storage_option(*command, a->location);
  add_study_option(*command, a->location);
  const auto option = [&](const char* name, auto& value, const char* help) {
    return command->add_option(name, value, help);
  };
  option("--leaders", a->leaders, "The study's best settings to race [5]")->check(CLI::Range(1, 100));
  option("--first-seeds", a->first_seeds, "Seeds that every candidate runs [3]")->check(CLI::Range(2, 1000));
  option("--most-seeds", a->most_seeds, "Seeds after which the race ends undecided [8]")
      ->check(CLI::Range(2, 1000));
  option("--final-seeds", a->final_seeds, "Further seeds of winner and baselines: what is reported [5]")
      ->check(CLI::Range(2, 1000));
  option("--random-settings", a->random_settings,
         "Settings drawn anew, a run each, to compare with; 0: none [8]")
      ->check(CLI::Range(0, 1000));
  command->add_flag("--reshuffle", a->reshuffle,
                    "Each seed also draws its own training and validation images");
  command->add_flag("--sealed", a->sealed, "Leave the test images sealed");
  command->add_flag("--again", a->again, "Another confirmation, with other seeds; the ledger tells");
  option("--lag", a->lag, "Results that a decision does without, and most runs at once [4]")
      ->check(CLI::Range(1, 10000));
  option("--data", a->data, "Where the images are on this machine [the study's own]");
  add_session_options(*command, a->session);
  command->callback([a] { confirm(*a); });
}

}  // namespace tailor
