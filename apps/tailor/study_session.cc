#include "study_session.h"

#include <chrono>

#include "confirm_output.h"
#include "signals.h"
#include "spread_output.h"
#include "study_location.h"
#include "tailor/base/error.h"
#include "tailor/data/dataset.h"
#include "tailor/tune/training_objective.h"
#include "tune_output.h"

namespace tailor {
namespace {

std::unique_ptr<SessionOutput> make_output(const Session& session) {
  if (session.definition.confirmation) return std::make_unique<ConfirmOutput>(session);
  if (session.definition.spread) return std::make_unique<SpreadOutput>(session);
  return std::make_unique<TuneOutput>(session);
}

}  // namespace

void add_session_options(CLI::App& command, SessionOptions& options) {
  command.add_option("--jobs", options.jobs, "Trials at once, one thread each [the number of processors]")
      ->check(CLI::Range(1, 1024));
  command.add_option("--checkpoints", options.checkpoints,
                     "Where unfinished trials are kept [tailor-checkpoints beside the database]");
  command.add_flag("--free", options.free,
                   "Decide by whatever has ended: idles less with uneven trials, not reproducible");
  command.add_flag("--json", options.json, "Print the summary as JSON, nothing else");
}

SessionImages open_images(const std::string& data) {
  const std::shared_ptr<Dataset> dataset = open_dataset(data);
  return {dataset->read_train(), [dataset] { return dataset->read_test(); }};
}

void run_session(Storage& storage, const std::string& url, StudyId study, SessionImages images,
                 const SessionOptions& session, const std::string& command, const std::string& resume_study) {
  using Clock = std::chrono::steady_clock;
  const StudyDefinition definition = read_definition(storage, study);
  TrainingObjective objective(definition, std::move(images.images), std::move(images.test));
  const std::string name = storage.get_study(study).name;
  StudyOptions options;
  options.jobs = session.jobs > 0 ? session.jobs : default_jobs();
  options.queue.free = session.free;
  const std::filesystem::path parent =
      session.checkpoints.empty() ? default_checkpoints(url) : std::filesystem::path(session.checkpoints);
  options.checkpoints = checkpoint_folder(storage, study, parent);

  const std::unique_ptr<SessionOutput> output =
      make_output({name, url, definition, objective, options.checkpoints, session.json});
  output->begin(options);
  const std::atomic<bool>& interrupted = catch_interrupts();
  const Clock::time_point start = Clock::now();
  const auto time_is_over = [&] {
    return definition.budget.minutes > 0 &&
           std::chrono::duration<double>(Clock::now() - start).count() > 60 * definition.budget.minutes;
  };
  const StudyEnd end = run_study(url, study, objective, options,
                                 {.stop = [&] { return interrupted || time_is_over(); },
                                  .ended = [&](const JobReport& report) { output->ended(report); },
                                  .tick = [&](JobQueue& queue) { output->tick(queue); }});
  output->clear();
  if (end == StudyEnd::interrupted && interrupted)
    throw Error(ExitCode::interrupted, fmt::format("interrupted; all is saved. Go on with: tailor {} {}",
                                                   command, study_options(url, resume_study)));
  std::error_code ignored;
  std::filesystem::remove(parent, ignored);  // only if nothing else is kept there
  output->finish(storage, study, end == StudyEnd::finished);
}

}  // namespace tailor
