#include "tailor/tune/queue/take_back.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "tailor/train/provenance.h"
#include "tailor/tune/objective/training_notes.h"
#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

// The first job that was decided otherwise than in the longer study; nothing if there is none, or if it
// cannot be taken back.
std::optional<int> first_of_the_end(const StudyView& view, const StudyDefinition& before,
                                    const StudyDefinition& now) {
  const std::vector<StudyTrial>& trials = view.trials();
  const auto search = static_cast<std::size_t>(before.budget.trials);
  int last_start = -1;
  std::set<int> numbers;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    for (const Job& job : trials[i].jobs) numbers.insert(job.number);
    if (i < search && !trials[i].jobs.empty())
      last_start = std::max(last_start, trials[i].jobs.front().number);
  }
  std::optional<int> first;
  if (now.budget.trials > before.budget.trials && trials.size() >= search) first = last_start + 1;
  const int old_epochs = before.budget.total_epochs, new_epochs = now.budget.total_epochs;
  if (old_epochs > 0 && (new_epochs == 0 || new_epochs > old_epochs)) {
    int empty = 0;  // the first job that had nothing to do
    while (numbers.contains(empty)) ++empty;
    first = std::min(first.value_or(empty), empty);
  }
  // A trial that began then, as a wish may, stays.
  const auto began_then = [&](const StudyTrial& trial) {
    return !trial.jobs.empty() && trial.jobs.front().number >= *first;
  };
  if (first && std::any_of(trials.begin(), trials.end(), began_then)) return std::nullopt;
  return first;
}

// Whether nothing but the size of the search differs, and that grows.
bool only_grows(StudyDefinition before, const StudyDefinition& now) {
  if (before.confirmation || before.spread || before.budget.repeats > 0) return false;
  if (now.budget.trials - now.budget.repeats < before.budget.trials) return false;
  before.budget = now.budget;
  before.description = now.description;
  return to_json(before) == to_json(now);
}

// Its jobs before `first` are all there were: paused again, as the last of them left it. Whether it was
// ended.
bool take_back(Storage& storage, const StudyTrial& trial, int first) {
  std::vector<Job> jobs = trial.jobs;
  std::erase_if(jobs, [&](const Job& job) { return job.number >= first; });
  if (jobs.empty() || jobs.back().end != JobEnd::paused) return false;
  if (jobs.size() == trial.jobs.size() && !is_finished(trial.state)) return false;
  const int reached = jobs.back().reached;
  const Attributes attributes = storage.get_trial(trial.id).user_attributes;
  storage.reopen_trial(trial.id, reached);
  storage.set_user_attribute(trial.id, trial_key::jobs, to_json(jobs));
  storage.set_user_attribute(trial.id, trial_key::state, "\"paused\"");
  storage.delete_user_attribute(trial.id, trial_key::failure);
  if (attributes.contains(note_key::history)) {
    std::vector<EpochMetrics> history = read_history(attributes);
    history.resize(std::min(history.size(), static_cast<std::size_t>(reached)));
    storage.set_user_attribute(trial.id, note_key::history, history_note(history));
  }
  if (const auto text = attributes.find(trial_key::provenance); text != attributes.end()) {
    Provenance provenance = provenance_from_json(text->second);
    std::erase_if(provenance, [&](const ProvenancePart& part) { return part.from > reached; });
    storage.set_user_attribute(trial.id, trial_key::provenance, to_json(provenance));
  }
  return is_finished(trial.state);
}

}  // namespace

int take_back_the_end(Storage& storage, StudyId study, const StudyDefinition& before,
                      const StudyDefinition& now) {
  if (!only_grows(before, now)) return 0;
  if (storage.get_study(study).user_attributes.contains(study_key::free)) return 0;
  StudyView view(study);
  view.refresh(storage);
  const std::optional<int> first = first_of_the_end(view, before, now);
  if (!first || *first >= view.next_job()) return 0;
  int reopened = 0;
  for (const StudyTrial& trial : view.trials()) reopened += take_back(storage, trial, *first) ? 1 : 0;
  storage.set_user_attribute(study, study_key::next_job, std::to_string(*first));
  storage.set_user_attribute(study, study_key::recent, "[]");
  return reopened;
}

}  // namespace tailor
