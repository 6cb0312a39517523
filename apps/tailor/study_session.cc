#include "study_session.h"

#include <algorithm>
#include <chrono>

#include "compare_parts.h"
#include "confirm_output.h"
#include "data_options.h"
#include "signals.h"
#include "spread_output.h"
#include "study_location.h"
#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/openings.h"
#include "tailor/base/error.h"
#include "tailor/base/mutex.h"
#include "tailor/data/images_ledger.h"
#include "tailor/report/openings_words.h"
#include "tailor/report/provenance_words.h"
#include "tailor/report/shared_images_words.h"
#include "tailor/tune/confirm/test_ledger.h"
#include "tailor/tune/objective/training_objective.h"
#include "tailor/tune/study/study_shared_images.h"
#include "tune_output.h"
#include "warn.h"

namespace tailor {
namespace {

std::unique_ptr<SessionOutput> make_output(const Session& session) {
  if (session.definition.confirmation) return std::make_unique<ConfirmOutput>(session);
  if (session.definition.spread) return std::make_unique<SpreadOutput>(session);
  return std::make_unique<TuneOutput>(session);
}

// A study as this process comes to it.
struct Found {
  bool finished = false;
  StudyProvenance computed;  // so far
};

Found look_at_study(Storage& storage, StudyId study, const StudyDefinition& definition) {
  const std::vector<TrialRecord> trials = storage.get_trials(study);
  const bool finished = definition.confirmation
                            ? read_confirmation(storage, study).finished
                            : static_cast<int>(trials.size()) >= definition.budget.trials &&
                                  std::all_of(trials.begin(), trials.end(),
                                              [](const TrialRecord& t) { return is_finished(t.state); });
  return {finished, study_provenance(trials)};
}

// Whether others' results would come to lie beside this worker's, and what that means.
void warn_of_others(Storage& storage, const StudyDefinition& definition, const StudyProvenance& before) {
  const std::string what = definition.confirmation ? "confirmation"
                           : definition.spread     ? "spread experiment"
                                                   : "study";
  if (before.trials > 0 || what == "study") return warn(joining_warnings(before, this_environment(), what));
  const std::optional<StudyId> of =
      storage.find_study(definition.confirmation ? definition.confirmation->study : definition.spread->study);
  if (of) warn(beginning_warnings(study_provenance(storage.get_trials(*of)), this_environment(), what));
}

}  // namespace

void add_session_options(CLI::App& command, SessionOptions& options) {
  command.add_option("--jobs", options.jobs, "Trials at once, one thread each [the number of processors]")
      ->check(CLI::Range(1, most_jobs));
  command.add_option("--checkpoints", options.checkpoints,
                     "Where unfinished trials are kept [tailor-checkpoints beside the database]");
  command.add_flag("--free", options.free,
                   "Decide by whatever has ended: idles less with uneven trials, not reproducible");
  command.add_flag("--json", options.json, "Print the summary as JSON, nothing else");
}

SessionImages open_images(const StudyData& data, const std::string& elsewhere) {
  const std::shared_ptr<const Dataset> dataset =
      open_data(elsewhere.empty() ? data.name : elsewhere, data.pictures);
  return {read_training_images(*dataset), dataset};
}

void check_sealed_images(const SessionImages& images) {
  try {
    images.dataset->check_test(images.images.shape);
  } catch (const Error& error) {
    throw Error(
        error.code(),
        fmt::format("{}; a confirmation's final runs need them: name another folder with --data, or leave "
                    "the test images out with tailor confirm --sealed",
                    error.what()));
  }
  account_ledger().make_ready();
}

void run_session(Storage& storage, const std::string& url, StudyId study, SessionImages images,
                 const SessionOptions& session, const std::string& command, const std::string& resume_study) {
  using Clock = std::chrono::steady_clock;
  const StudyDefinition definition = read_definition(storage, study);
  std::unique_ptr<SessionOutput> output;
  Mutex speaking;
  SealedImages sealed;
  const Found found = look_at_study(storage, study, definition);
  if (definition.confirmation && definition.confirmation->open_test && !found.finished) {
    const ImageSet training = images.images;  // which shares their pixels
    check_sealed_images(images);
    sealed.read = [dataset = images.dataset] { return dataset->read_test(); };
    sealed.opened = [&, training, dataset = images.dataset](const ImageSet& test) {  // by a worker's thread
      const std::unique_ptr<Storage> own = open_storage(url);
      const ImagesLedger account = account_ledger();
      ImagesOpening opening;
      own->transaction([&] {
        opening = record_test_opening(*own, study, *definition.confirmation, "tailor " + command, test);
      });
      {
        const MutexLock lock(speaking);
        output->say(opened_before_text(opened_before(*own, study, account).value()));
      }
      account.record(opening);
      const SharedImages shared = compare_test(*dataset, training, test, true);
      keep_shared_images(*own, study, shared);
      const MutexLock lock(speaking);
      for (const std::string& text : shared_images_warnings(shared, "test", definition.data))
        output->warn(text);
    };
  }
  if (!found.finished) warn_of_others(storage, definition, found.computed);
  const auto say_warning = [&](const std::string& text) {
    const MutexLock lock(speaking);
    output->warn(text);
  };
  TrainingObjective objective(definition, std::move(images.images), std::move(sealed), say_warning);
  const std::string name = storage.get_study(study).name;
  StudyOptions options;
  options.jobs = session.jobs > 0 ? session.jobs : default_jobs();
  const int with_room = std::max(1, objective.tasks_with_room());
  const bool narrowed = session.jobs == 0 && with_room < options.jobs;
  if (narrowed) options.jobs = with_room;
  options.queue.free = session.free;
  const std::filesystem::path parent =
      session.checkpoints.empty() ? default_checkpoints(url) : std::filesystem::path(session.checkpoints);
  options.checkpoints = checkpoint_folder(storage, study, parent);

  if (const std::string warning = storage_warning(url); !warning.empty()) warn({warning});
  output = make_output({name, url, definition, objective, options.checkpoints, session.json});
  const std::atomic<bool>& interrupted = catch_interrupts();
  output->begin(options);
  if (narrowed)
    say_warning(
        fmt::format("memory for {} of this study's trainings at once, so fewer jobs than the {} processors",
                    with_room, default_jobs()));
  const Clock::time_point start = Clock::now();
  const auto time_is_over = [&] {
    return definition.budget.minutes > 0 &&
           std::chrono::duration<double>(Clock::now() - start).count() > 60 * definition.budget.minutes;
  };
  const StudyEnd end = run_study(url, study, objective, options,
                                 {.stop = [&] { return interrupted || time_is_over(); },
                                  .ended =
                                      [&](const JobReport& report) {
                                        const MutexLock lock(speaking);
                                        output->ended(report);
                                      },
                                  .tick =
                                      [&](JobQueue& queue) {
                                        const MutexLock lock(speaking);
                                        output->tick(queue);
                                      }});
  output->clear();
  if (end == StudyEnd::interrupted && interrupted)
    throw Error(ExitCode::interrupted, fmt::format("interrupted; all is saved. Go on with: tailor {} {}",
                                                   command, study_options(url, resume_study)));
  std::error_code ignored;  // only if nothing else is kept there
  std::filesystem::remove(options.checkpoints, ignored);
  std::filesystem::remove(parent, ignored);
  output->finish(storage, study, end == StudyEnd::finished);
}

}  // namespace tailor
