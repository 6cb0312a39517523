#include "spread_output.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "study_location.h"
#include "tailor/base/counted.h"
#include "tailor/base/text.h"
#include "tailor/report/spread_experiment_words.h"
#include "tailor/tune/study/study_summary.h"

namespace tailor {
namespace {

using Clock = std::chrono::steady_clock;

// Epochs of all runs, less those that are trained.
std::int64_t epochs_left(const StudyDefinition& d, const StudyView& view) {
  std::int64_t left = 0;
  for (int number = 0; number < static_cast<int>(d.spread->runs.size()); ++number) {
    const auto place = static_cast<std::size_t>(number);
    const StudyTrial* trial = place < view.trials().size() ? &view.trials()[place] : nullptr;
    if (trial && is_finished(trial->state)) continue;
    left += d.planned_settings(number).epochs - (trial ? static_cast<int>(trial->costs.size()) : 0);
  }
  return left;
}

}  // namespace

void SpreadOutput::begin(const StudyOptions& options) {
  if (session_.json) return;
  const StudyDefinition& d = session_.definition;
  print_heading("spread");
  print_row("random", fmt::format("{} settings of {}'s space, {} of them trained twice", plan_.settings(),
                                  plan_.study, plan_.second_runs()));
  for (std::size_t i = 0; i < plan_.baselines.size(); ++i)
    print_row(i == 0 ? (counted(plan_.repeats(), "seed") + " of").c_str() : "", plan_.baselines[i].name);
  print_row("length",
            fmt::format("{}, none cut short; test images sealed", counted(d.budget.epochs, "epoch")));

  const auto storage = open_storage(session_.url);
  const auto experiment = storage->find_study(session_.name);
  StudyView view(*experiment);
  storage->read_transaction([&] { view.refresh(*storage); });
  const StudyCounts c = view.counts();
  const std::int64_t left = epochs_left(d, view);
  print_row("cost", fmt::format("{} trainings, {} of them done; {} epochs to go", plan_.runs.size(),
                                c.complete + c.failed, with_thousands(left)));
  if (const auto study = storage->find_study(plan_.study)) {
    const StudySummary s = summarize(*storage, *study, true);
    if (s.seconds > 0 && s.counts.epochs > 0 && left > 0) {
      const double each = s.seconds / static_cast<double>(s.counts.epochs);
      print_row("", fmt::format("about {} with {} at once, by the study's {} for an epoch",
                                duration(each * static_cast<double>(left) / options.jobs), options.jobs,
                                duration(each)));
    }
  }
  print_row("workers", fmt::format("{} here", options.jobs));
  std::printf("\n  run what              epochs %-21s    time  setting\n", value_title());
  std::fflush(stdout);
}

void SpreadOutput::ended(const JobReport& report) {
  if (session_.json) return;
  line_.clear();
  const AssignedJob& run = report.assigned;
  const JobResult& result = report.result;
  const std::string shown = result.end == JobEnd::failed ? "failed"
                            : report.value               ? with_interval(*report.value)
                                                         : "";
  const std::string start =
      fmt::format("{:5} {:<17} {:>6} {:<21} {:>7}  ", run.trial, plan_.run_name(run.trial), result.reached,
                  shown, duration(result.seconds));
  const SettingTexts settings = differences(session_.definition.untuned(), run.settings);
  print_ended(start + (result.end == JobEnd::failed ? result.failure
                                                    : short_settings(settings, page_columns - start.size())));
}

void SpreadOutput::tick(JobQueue& queue) {
  if (session_.json || !line_.visible()) return;
  std::vector<std::string> parts;
  queue.look([&](const StudyView& view) {
    if (view.next_job() == 0) return;
    const StudyCounts c = view.counts();
    parts.push_back(fmt::format("{}/{} runs done", c.complete + c.failed, plan_.runs.size()));
    if (c.running > 0) parts.push_back(fmt::format("{} running", c.running));
    if (const auto left = time_left_(static_cast<double>(c.epochs),
                                     static_cast<double>(epochs_left(view.definition(), view))))
      parts.push_back(clock_time(*left) + " left");
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    if (seconds > 2) parts.push_back(images_rate(seconds));
    if (c.failed > 0) parts.push_back(fmt::format("{} failed", c.failed));
  });
  line_.show(joined(parts, line_.columns()));
}

void SpreadOutput::finish(Storage& storage, StudyId study, bool finished) {
  line_.clear();
  const SpreadTable table = read_spread(storage, study);
  const auto experiment = examine(table);
  const Measure measure = session_.definition.measure;
  if (session_.json) {
    std::fputs(spread_json(table, experiment, measure).c_str(), stdout);
  } else if (experiment) {
    std::printf("\n%s\nThe whole report:\n  tailor report %s --out report.html\n",
                spread_text(*experiment, measure).c_str(), study_options(session_.url, plan_.study).c_str());
  } else {
    std::printf("\nToo few runs have a result to say anything%s.\n", finished ? "" : " yet");
  }
}

}  // namespace tailor
