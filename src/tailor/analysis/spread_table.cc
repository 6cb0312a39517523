#include "tailor/analysis/spread_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "tailor/analysis/statistics.h"
#include "tailor/base/error.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

// The reason as the trainer and the job queue give it: a loss that is no number, or a value that is none.
bool has_diverged(const TrialRecord& record) {
  const auto why = record.user_attributes.find(trial_key::failure);
  return why != record.user_attributes.end() && (why->second.find("diverged") != std::string::npos ||
                                                 why->second.find("is not a number") != std::string::npos);
}

// The runs' values by trial: nothing of those that have not ended, NaN of those that failed without one.
class Runs {
 public:
  Runs(const StudyDefinition& d, const std::vector<TrialRecord>& records, SpreadTable& table)
      : values_(d.spread->runs.size()) {
    std::vector<std::size_t> diverged;
    std::optional<double> worst;
    for (const TrialRecord& record : records) {
      const auto i = static_cast<std::size_t>(record.number);
      if (i >= values_.size() || !is_finished(record.state)) continue;
      ++table.runs;
      values_[i] = no_value;
      if (record.state == TrialState::complete && !record.values.empty()) {
        values_[i] = record.values.front();
        if (!worst || (table.maximize ? *values_[i] < *worst : *values_[i] > *worst)) worst = values_[i];
      } else if (has_diverged(record)) {
        diverged.push_back(i);
      } else {
        ++table.failed;
      }
    }
    table.diverged = static_cast<int>(diverged.size());
    double value = guessing_value(metric_of(d.measure), d.architecture.classes);
    if (worst) value = table.maximize ? std::min(value, *worst) : std::max(value, *worst);
    for (const std::size_t i : diverged) values_[i] = value;
  }

  const std::optional<double>& operator[](std::size_t i) const { return values_[i]; }

 private:
  std::vector<std::optional<double>> values_;
};

}  // namespace

SpreadTable read_spread(Storage& storage, StudyId experiment) {
  StudyView view(experiment);
  std::vector<TrialRecord> records;
  SpreadTable table;
  storage.read_transaction([&] {
    view.forget();
    view.refresh(storage);
    records = storage.get_trials(experiment);
    table.name = storage.get_study(experiment).name;
  });
  const StudyDefinition& d = view.definition();
  if (!d.spread) throw bad_input("study '{}': is no spread experiment", table.name);
  const SpreadPlan& plan = *d.spread;
  table.maximize = maximizes(d.measure);
  table.epochs = d.budget.epochs;
  table.provenance = study_provenance(records);
  table.planned_settings = plan.settings();
  for (const SpreadBaseline& b : plan.baselines)
    table.baselines.push_back({b, with_texts(d.untuned(), b.settings).epochs, {}});
  for (const StudyTrial& trial : view.trials()) {
    table.seconds += trial.seconds;
    table.epochs_trained += static_cast<std::int64_t>(trial.costs.size());
  }
  const Runs runs(d, records, table);
  table.finished = table.runs >= static_cast<int>(plan.runs.size());
  // Which settings end first hangs on how long they take, so none counts before all that come before it.
  bool all_ended = true;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const int run = plan.runs[i];
    std::vector<double>* values = nullptr;
    if (run < 0) {
      values = &table.baselines[static_cast<std::size_t>(-run) - 1].values;
    } else {
      all_ended = all_ended && runs[i];
      if (!all_ended) continue;
      if (table.settings.empty() || table.settings.back().number != run) table.settings.push_back({run, {}});
      values = &table.settings.back().values;
    }
    if (runs[i] && std::isfinite(*runs[i])) values->push_back(*runs[i]);
  }
  std::erase_if(table.settings, [](const SpreadSettingRuns& s) { return s.values.empty(); });
  return table;
}

}  // namespace tailor
