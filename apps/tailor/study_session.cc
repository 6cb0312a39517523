#include "study_session.h"

#include <chrono>

#include "signals.h"
#include "study_location.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/tune/study_summary.h"
#include "tailor/tune/training_objective.h"
#include "tune_output.h"

namespace tailor {

void add_session_options(CLI::App& command, SessionOptions& options) {
  command.add_option("--jobs", options.jobs, "Trials at once, one thread each [the number of processors]")
      ->check(CLI::Range(1, 1024));
  command.add_option("--checkpoints", options.checkpoints,
                     "Where unfinished trials are kept [tailor-checkpoints beside the database]");
  command.add_flag("--free", options.free,
                   "Decide by whatever has ended: a little faster with uneven trials, not reproducible");
  command.add_flag("--json", options.json, "Print the summary as JSON, nothing else");
}

void run_session(Storage& storage, const std::string& url, StudyId study, const StudyDefinition& definition,
                 ImageSet images, const SessionOptions& session, const std::string& command) {
  using Clock = std::chrono::steady_clock;
  TrainingObjective objective(definition, std::move(images));
  const std::string name = storage.get_study(study).name;
  StudyOptions options;
  options.jobs = session.jobs > 0 ? session.jobs : default_jobs();
  options.queue.free = session.free;
  const std::filesystem::path parent =
      session.checkpoints.empty() ? default_checkpoints(url) : std::filesystem::path(session.checkpoints);
  options.checkpoints = checkpoint_folder(storage, study, parent);

  TuneOutput output(definition, objective, options.checkpoints, session.json);
  output.begin(name, url, options);
  const std::atomic<bool>& interrupted = catch_interrupts();
  const Clock::time_point start = Clock::now();
  const auto time_is_over = [&] {
    return definition.budget.minutes > 0 &&
           std::chrono::duration<double>(Clock::now() - start).count() > 60 * definition.budget.minutes;
  };
  const StudyEnd end = run_study(url, study, objective, options,
                                 {.stop = [&] { return interrupted || time_is_over(); },
                                  .ended = [&](const JobReport& report) { output.ended(report); },
                                  .tick = [&](JobQueue& queue) { output.tick(queue); }});
  output.clear();
  if (end == StudyEnd::interrupted && interrupted)
    throw Error(ExitCode::interrupted,
                fmt::format("interrupted; all is saved. Go on with: tailor {} --storage '{}' --study '{}'",
                            command, without_password(url), name));
  std::error_code ignored;
  std::filesystem::remove(parent, ignored);  // only if nothing else is kept there
  const StudySummary summary = summarize(storage, study, end == StudyEnd::finished);
  const std::filesystem::path recipe =
      default_checkpoints(url).parent_path() / (study_file_name(name) + ".best.toml");
  if (summary.best) write_file(recipe, best_recipe(summary));
  output.finish(summary, url, recipe, end == StudyEnd::interrupted);
}

}  // namespace tailor
