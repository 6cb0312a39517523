#include "tailor/analysis/study_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "tailor/tune/confirm/candidates.h"
#include "tailor/tune/objective/training_notes.h"
#include "tailor/tune/space/setting_text.h"
#include "tailor/tune/study/study_shared_images.h"
#include "tailor/tune/study/study_view.h"
#include "tailor/tune/study/trial_setting.h"

namespace tailor {
namespace {

std::string text_of(const std::string& json) {
  const nlohmann::json value = nlohmann::json::parse(json, nullptr, false);
  return value.is_string() ? value.get<std::string>() : json;
}

double seconds_between(Timestamp from, Timestamp to) {
  return std::chrono::duration<double>(to - from).count();
}

// What a trial of ours was trained with; of another program's, what it says of the space.
SettingTexts settings_of(const StudyDefinition& d, const TrialRecord& record) {
  if (record.user_attributes.count(trial_key::settings) > 0)
    return differences(d.untuned(), kept_settings(d, record));
  SettingTexts settings;
  for (const TrialParam& p : record.params) settings.emplace(p.name(), value_text(p.distribution(), p.value));
  return settings;
}

StudyRow make_row(const TrialRecord& record, const StudyTrial& trial, double sign, int full_length) {
  StudyRow row{.number = static_cast<int>(record.number), .state = record.state, .paused = trial.paused()};
  if (row.complete()) row.value = sign * trial.final_cost;
  row.unconditional =
      !trial.jobs.empty() && trial.jobs.front().to >= full_length && trial.jobs.front().limits.empty();
  for (const double cost : trial.costs) row.epochs.push_back(sign * cost);
  row.seconds = trial.seconds;
  row.metrics = read_metrics(record.user_attributes).validation;
  if (const auto failure = record.user_attributes.find(trial_key::failure);
      failure != record.user_attributes.end())
    row.failure = text_of(failure->second);
  return row;
}

}  // namespace

StudyTable read_study_table(Storage& storage, StudyId study) {
  StudyView view(study);
  std::vector<TrialRecord> records;
  StudyTable table;
  storage.read_transaction([&] {
    view.forget();
    view.refresh(storage);
    records = storage.get_trials(study);
    const StudyRecord record = storage.get_study(study);
    table.name = record.name;
    table.shared_validation = kept_shared_images(record);
  });
  table.definition = view.definition();
  table.maximize = maximizes(table.definition.measure);
  table.untuned = assignment_of(table.definition.space, table.definition.untuned());
  for (const TrialRecord& record : records) {
    if (record.started && (!table.first_start || *record.started < *table.first_start))
      table.first_start = record.started;
    if (record.finished && (!table.last_end || *record.finished > *table.last_end))
      table.last_end = record.finished;
  }
  const std::span<const Observation> observations = view.observations(std::numeric_limits<int>::max());
  const std::vector<bool> independent = independent_draws(table.definition, observations);
  for (const TrialRecord& record : records) {
    const auto place = static_cast<std::size_t>(record.number);
    StudyRow row = make_row(record, view.trials()[place], view.sign(), table.definition.budget.epochs);
    row.assignment = observations[place].assignment;
    if (record.started) row.start = seconds_between(*table.first_start, *record.started);
    if (view.trials()[place].untuned) {
      row.role = TrialRole::untuned;
    } else if (record.system_attributes.count("fixed_params") > 0 || view.trials()[place].jobs.empty()) {
      row.role = TrialRole::wish;
    } else if (independent[place]) {
      row.role = TrialRole::startup;
    }
    (view.trials()[place].repeats ? table.repeats : table.trials).push_back(std::move(row));
  }
  table.provenance = study_provenance(records);
  table.reports = view.reports();
  table.recommendation = recommend(table.reports);
  if (const auto best = table.best()) {
    const TrialRecord& record = records[static_cast<std::size_t>(table.trials[*best].number)];
    table.best_settings = settings_of(table.definition, record);
    if (const std::vector<EpochMetrics> history = read_history(record.user_attributes); !history.empty())
      table.best_error = history.back().objective_error;
  }
  return table;
}

std::optional<std::size_t> StudyTable::best() const {
  std::optional<std::size_t> best;
  if (recommendation) {
    for (std::size_t i = 0; i < trials.size() && !best; ++i)
      if (trials[i].number == static_cast<int>(recommendation->trial)) best = i;
    return best;
  }
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (trials[i].has_result() && (!best || better(trials[i].value, trials[*best].value))) best = i;
  return best;
}

std::vector<double> StudyTable::complete_values() const {
  std::vector<double> values;
  for (const StudyRow& row : trials)
    if (row.has_result()) values.push_back(row.value);
  return values;
}

std::vector<double> StudyTable::independent_results() const {
  std::vector<double> values;
  for (const StudyRow& row : trials)
    if (row.role == TrialRole::startup && row.unconditional && row.has_result()) values.push_back(row.value);
  return values;
}

}  // namespace tailor
