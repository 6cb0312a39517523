#include "tailor/analysis/confirmation.h"

#include <cmath>

#include "tailor/analysis/statistics.h"
#include "tailor/base/error.h"
#include "tailor/tune/confirm/race_sampler.h"
#include "tailor/tune/objective/training_notes.h"
#include "tailor/tune/study/study_shared_images.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

ConfirmationRun run_of(const TrialRecord& record, int seed, bool final_run, Metric metric) {
  ConfirmationRun run{seed, record.values.front(), final_run, read_history(record.user_attributes)};
  run.mistakes = read_mistakes(record.user_attributes);
  const MetricsNote metrics = read_metrics(record.user_attributes);
  run.validation_metrics = metrics.validation, run.test_metrics = metrics.test;
  if (std::optional<TestNote> test = read_test(record.user_attributes)) {
    run.test = test->score;
    if (metric == Metric::accuracy)
      run.test_values.assign(test->right.begin(), test->right.end());
    else if (metric == test->metric)
      run.test_values = std::move(test->values);
    run.test_right = std::move(test->right);
    run.test_images_hash = std::move(test->images_hash);
    run.validation_right = std::move(test->validation_right);
  }
  return run;
}

// What the trial's study says it is worth.
std::optional<double> claimed_value(Storage& storage, std::optional<StudyId> study, int trial) {
  if (!study || trial < 0) return std::nullopt;
  const std::optional<TrialId> id = storage.find_trial(*study, trial);
  if (!id) return std::nullopt;
  const TrialRecord record = storage.get_trial(*id);
  if (record.state != TrialState::complete || record.values.empty()) return std::nullopt;
  return record.values.front();
}

void take_standing(ConfirmationTable& table, const Confirmation& c, StudyView& view) {
  const auto observations = view.observations(std::numeric_limits<int>::max());
  const RaceStanding standing = judge_race(race_costs(c, observations), c.race);
  for (std::size_t i = 0; i < c.racers(); ++i)
    if (!standing.in(i)) table.candidates[i].dropped_after = standing.dropped_after[i];
  std::vector<std::size_t> ended(table.candidates.size(), 0);
  for (const Observation& o : observations) {
    if (std::isnan(o.assignment[candidate_parameter]) ||
        !c.is_final(static_cast<int>(o.assignment[seed_parameter])))
      continue;
    const auto i = static_cast<std::size_t>(o.assignment[candidate_parameter]);
    const bool failed = o.state == Observation::State::failed;
    ended[i] += failed || o.state == Observation::State::complete;
    table.candidates[i].failed_finals += failed;
  }
  if (!standing.decided(c.race)) return;
  table.winner = standing.leader;
  table.finished = true;
  for (std::size_t i = 0; i < ended.size(); ++i)
    table.finished =
        table.finished && ended[i] >= (i == standing.leader ? static_cast<std::size_t>(c.final_seeds)
                                                            : c.candidates[i].final_seeds.size());
}

}  // namespace

std::vector<double> run_values(const ConfirmationCandidate& candidate, bool final_runs) {
  std::vector<double> values;
  for (const ConfirmationRun& run : candidate.runs)
    if (run.final_run == final_runs && std::isfinite(run.value)) values.push_back(run.value);
  return values;
}

std::optional<std::size_t> ConfirmationTable::claimant() const {
  if (const auto told = find_role(candidate_role::claimed)) return told;
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::optional<double>& claimed = candidates[i].claimed;
    if (!claimed) continue;
    if (!best || (maximize ? *claimed > *candidates[*best].claimed : *claimed < *candidates[*best].claimed))
      best = i;
  }
  return best;
}

Estimate ConfirmationTable::mean_value(const ConfirmationCandidate& candidate, bool final_runs) const {
  const std::vector<double> values = run_values(candidate, final_runs);
  if (!final_runs) return {.estimate = mean(values)};
  const Estimate e = result_interval(values, maximize);
  return maximize ? of_accuracy(e) : e;
}

ConfirmationTable read_confirmation(Storage& storage, StudyId confirmation) {
  StudyView view(confirmation);
  std::vector<TrialRecord> records;
  storage.read_transaction([&] {
    view.forget();
    view.refresh(storage);
    records = storage.get_trials(confirmation);
  });
  const StudyDefinition& d = view.definition();
  ConfirmationTable table;
  const StudyRecord record = storage.get_study(confirmation);
  table.study = record.name;
  table.shared_test = kept_shared_images(record);
  table.metric = metric_of(d.measure);
  table.maximize = maximizes(d.measure);
  if (!d.confirmation) throw bad_input("study '{}': is no confirmation", table.study);
  const Confirmation& c = *d.confirmation;
  table.chance = guessing_value(metric_of(d.measure), d.architecture.classes);
  table.reshuffled = c.reshuffle;
  table.provenance = study_provenance(records);
  const std::optional<StudyId> study = storage.find_study(c.study);
  for (const Candidate& candidate : c.candidates)
    table.candidates.push_back({candidate.name,
                                candidate.roles,
                                candidate.trial < 0 ? std::nullopt : std::optional(candidate.trial),
                                claimed_value(storage, study, candidate.trial),
                                candidate.settings,
                                {},
                                std::nullopt,
                                candidate.races});
  for (const TrialRecord& trial : records) {
    const Assignment run = view.assignment(trial);
    if (std::isnan(run[candidate_parameter]) || trial.state != TrialState::complete) continue;
    const int seed = static_cast<int>(run[seed_parameter]);
    table.candidates[static_cast<std::size_t>(run[candidate_parameter])].runs.push_back(
        run_of(trial, seed, c.is_final(seed), table.metric));
  }
  take_standing(table, c, view);
  return table;
}

}  // namespace tailor
