#include "confirm_output.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "tailor/analysis/fresh_reports.h"
#include "tailor/analysis/openings.h"
#include "tailor/base/text.h"
#include "tailor/data/images_ledger.h"
#include "tailor/report/confirmation_report.h"
#include "tailor/report/openings_words.h"
#include "tailor/report/recommendation_words.h"
#include "tailor/tune/confirm/race_sampler.h"
#include "tailor/tune/study/study_summary.h"

namespace tailor {

using Clock = std::chrono::steady_clock;

void ConfirmOutput::begin(const StudyOptions& options) {
  if (session_.json) return;
  const StudyDefinition& d = session_.definition;
  print_heading("confirmation");
  const std::size_t racers = confirmation_.racers(), drawn = confirmation_.candidates.size() - racers;
  print_row("race",
            fmt::format("{} candidates, {} to {} fresh seeds of {} epochs, the same for all", racers,
                        confirmation_.race.first_seeds, confirmation_.race.most_seeds, d.budget.epochs));
  print_row("then",
            fmt::format("{} further seeds of {}", confirmation_.final_seeds, join(with_finals(), ", ")));
  if (const int folds = d.data.folds; folds > 0)
    print_row("folds",
              fmt::format("{}, drawn by each seed; test images meet a network of all images", folds));
  if (drawn > 0) print_row("", fmt::format("one of each of {} random settings, drawn anew", drawn));
  print_row("cost",
            fmt::format(
                "at most {} runs, {} epochs", confirmation_.most_runs(),
                with_thousands(most_epochs(judge_race(race_costs(confirmation_, {}), confirmation_.race)))));
  print_row("test images",
            confirmation_.open_test ? "for these alone; study and account write the opening down" : "sealed");
  print_row("workers", fmt::format("{} here", options.jobs));
  std::printf("\n");
  std::size_t width = 0;
  for (const Candidate& c : confirmation_.candidates) width = std::max(width, join(c.roles, ", ").size());
  for (const Candidate& c : confirmation_.candidates) {
    const std::string start = fmt::format("{:<12} {:<{}}  ", c.name, join(c.roles, ", "), width);
    std::printf("%s%s\n", start.c_str(), short_settings(c.settings, page_columns - start.size()).c_str());
  }
  std::printf("\n  run candidate     seed  %-21s    time\n", value_title());
  std::fflush(stdout);
}

void ConfirmOutput::ended(const JobReport& report) {
  if (session_.json) return;
  line_.clear();
  const AssignedJob& run = report.assigned;
  const JobResult& result = report.result;
  const auto candidate = static_cast<std::size_t>(run.assignment[candidate_parameter]);
  const std::string name = confirmation_.candidates[candidate].name;
  const int seed = static_cast<int>(run.assignment[seed_parameter]);
  const std::string shown = result.end == JobEnd::failed ? "failed" : with_interval(report.value.value_or(0));
  std::string line = fmt::format("{:5} {:<13} {:>4}  {:<21} {:>7}{}", run.trial, name, seed, shown,
                                 duration(result.seconds), confirmation_.is_final(seed) ? "  final" : "");
  if (result.end == JobEnd::failed) line += "  " + result.failure;
  print_ended(std::move(line));
}

// Those that have all final seeds whoever wins; the winner joins them.
std::vector<std::string> ConfirmOutput::with_finals() const {
  std::vector<std::string> names;
  for (const Candidate& c : confirmation_.candidates)
    if (c.races && !c.final_seeds.empty()) names.push_back(c.name);
  names.emplace_back("the winner");
  return names;
}

// If nobody who is in the race is dropped, and the winner is as long as the study's trials.
std::int64_t ConfirmOutput::most_epochs(const RaceStanding& standing) const {
  const int full = session_.definition.budget.epochs;
  std::int64_t epochs = 0;
  int of_winner = 0;
  for (std::size_t i = 0; i < confirmation_.candidates.size(); ++i) {
    const Candidate& c = confirmation_.candidates[i];
    const int finals = static_cast<int>(c.final_seeds.size());
    const int raced = !c.races                               ? 0
                      : !standing.in(i)                      ? standing.dropped_after[i]
                      : standing.decided(confirmation_.race) ? standing.seeds
                                                             : confirmation_.race.most_seeds;
    epochs += std::int64_t{raced + finals} * session_.definition.settings({static_cast<double>(i), 1}).epochs;
    if (c.races && standing.in(i)) of_winner = std::max(of_winner, confirmation_.final_seeds - finals);
  }
  return epochs + std::int64_t{of_winner} * full;
}

void ConfirmOutput::tick(JobQueue& queue) {
  if (session_.json || !line_.visible()) return;
  std::vector<std::string> parts;
  queue.look([&](const StudyView& view) {
    if (view.next_job() == 0) return;
    const StudyCounts c = view.counts();
    parts.push_back(fmt::format("{} runs done", c.complete + c.failed));
    if (c.running > 0) parts.push_back(fmt::format("{} running", c.running));
    const RaceStanding standing =
        judge_race(race_costs(confirmation_, view.last_observations()), confirmation_.race);
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const auto epochs = static_cast<double>(c.epochs);
    if (const auto left = time_left_(epochs, static_cast<double>(most_epochs(standing)) - epochs))
      parts.push_back("at most " + clock_time(*left) + " left");
    if (standing.seeds > 0)
      parts.push_back(fmt::format("{} of {} in the race, {} leads", standing.left, confirmation_.racers(),
                                  confirmation_.candidates[standing.leader].name));
    if (seconds > 2) parts.push_back(images_rate(seconds));
  });
  line_.show(joined(parts, line_.columns()));
}

void ConfirmOutput::finish(Storage& storage, StudyId study, bool) {
  line_.clear();
  const ConfirmationTable table = read_confirmation(storage, study);
  const std::optional<ImagesOpenings> before = opened_before(storage, study, account_ledger());
  std::optional<Recommendation> recommendation;
  if (const auto tuned = storage.find_study(confirmation_.study); tuned && table.winner)
    recommendation = summarize(storage, *tuned, true, read_fresh_reports(storage, *tuned)).recommendation;
  if (session_.json) {
    std::fputs(confirmation_json(table, before, recommendation).c_str(), stdout);
    return;
  }
  std::printf("\n%s", confirmation_text(table).c_str());
  if (recommendation) std::printf("\n%s", wrapped(recommendation_words(*recommendation, text_), "").c_str());
  if (before) std::printf("\n%s", opened_before_text(*before).c_str());
}

}  // namespace tailor
