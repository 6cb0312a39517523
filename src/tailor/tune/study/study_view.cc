#include "tailor/tune/study/study_view.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/tune/space/scale.h"

namespace tailor {
namespace {

bool visible(const Job& job, int horizon) { return job.end != JobEnd::open && job.number <= horizon; }

// The last job that may be seen, or null.
const Job* last_visible(const StudyTrial& trial, int horizon) {
  for (auto job = trial.jobs.rbegin(); job != trial.jobs.rend(); ++job)
    if (visible(*job, horizon)) return &*job;
  return nullptr;
}

JobEnd end_of(TrialState state) {
  return state == TrialState::complete ? JobEnd::complete
         : state == TrialState::pruned ? JobEnd::pruned
                                       : JobEnd::failed;
}

void set_value(Observation& o, const StudyTrial& trial, Observation::State state, int epochs) {
  const auto seen = std::min(static_cast<std::size_t>(epochs), trial.costs.size());
  o.state = state;
  o.step = static_cast<int>(seen);
  o.curve = std::span(trial.costs).first(seen);
  o.value = seen > 0 ? trial.costs[seen - 1] : std::numeric_limits<double>::quiet_NaN();
  if (state == Observation::State::complete && seen == 0) o.value = trial.final_cost;
  if (std::isnan(o.value)) o.state = Observation::State::failed;
}

// What other programs wrote counts as soon as it is finished.
void observe_foreign(Observation& o, const StudyTrial& trial) {
  o.state = Observation::State::running;
  if (!is_finished(trial.state)) return;
  set_value(o, trial, Observation::State::pruned, static_cast<int>(trial.costs.size()));
  if (trial.state == TrialState::failed) o.state = Observation::State::failed;
  if (trial.state == TrialState::complete) {
    o.state = Observation::State::complete;
    o.value = trial.final_cost;
  }
}

void observe(Observation& o, const StudyTrial& trial, int horizon) {
  o.curve = {};
  if (trial.jobs.empty()) return observe_foreign(o, trial);
  const Job* job = last_visible(trial, horizon);
  if (!job) {
    o.state = Observation::State::running;
  } else if (job->end == JobEnd::failed) {
    o.state = Observation::State::failed;
  } else {
    const bool complete = job->end == JobEnd::complete;
    set_value(o, trial, complete ? Observation::State::complete : Observation::State::pruned, job->reached);
  }
}

// Whether a value means the same in both: a number always does, a category's index if the choices are equal.
bool same_values(const Distribution& a, const Distribution& b) {
  constexpr auto categorical = Distribution::Kind::categorical;
  return a == b || (a.kind != categorical && b.kind != categorical);
}

}  // namespace

PrunerTrial::State pruner_state(const StudyTrial& trial, int horizon) {
  if (trial.jobs.empty()) {
    return trial.state == TrialState::complete ? PrunerTrial::State::complete
           : trial.state == TrialState::pruned ? PrunerTrial::State::pruned
           : trial.state == TrialState::failed ? PrunerTrial::State::failed
                                               : PrunerTrial::State::running;
  }
  const Job& job = trial.jobs.back();
  if (!visible(job, horizon)) return PrunerTrial::State::running;
  switch (job.end) {
    case JobEnd::complete:
      return PrunerTrial::State::complete;
    case JobEnd::pruned:
      return PrunerTrial::State::pruned;
    case JobEnd::paused:
      return is_finished(trial.state) ? PrunerTrial::State::pruned : PrunerTrial::State::paused;
    case JobEnd::failed:
    case JobEnd::open:
      break;
  }
  return PrunerTrial::State::failed;
}

void StudyView::forget() {
  definition_text_.clear();
  cursor_ = {};
  trials_.clear();
  observations_.clear();
  pruner_trials_.clear();
  unfinished_.clear();
  unsettled_.clear();
}

void StudyView::refresh(Storage& storage) {
  const int known = next_job_;
  read_definition(storage);
  read_again_resumed(next_job_ - known);
  std::set<TrialId> paused;
  for (const TrialRecord& record : storage.get_changed_trials(study_, cursor_)) {
    take(record);
    if (trials_[static_cast<std::size_t>(record.number)].paused()) paused.insert(record.id);
  }
  std::erase_if(cursor_.unfinished, [&](TrialId id) { return paused.count(id) > 0; });
}

// The trials of this many new jobs, or all paused ones if not all of those jobs are known.
void StudyView::read_again_resumed(int jobs) {
  std::set<TrialId> ids(cursor_.unfinished.begin(), cursor_.unfinished.end());
  const std::size_t count = static_cast<std::size_t>(jobs);
  if (count <= recent_.size()) {
    for (auto id = recent_.end() - jobs; id != recent_.end(); ++id)
      if (*id != TrialId{} && *id <= cursor_.last) ids.insert(*id);
  } else {
    for (const StudyTrial& trial : trials_)
      if (trial.paused()) ids.insert(trial.id);
  }
  cursor_.unfinished.assign(ids.begin(), ids.end());
}

void StudyView::read_definition(Storage& storage) {
  const StudyRecord record = storage.get_study(study_);
  const auto text = record.user_attributes.find(study_key::definition);
  if (text == record.user_attributes.end())
    throw bad_input("study '{}': was not made by 'tailor tune': it has no {}", record.name,
                    study_key::definition);
  const auto next = record.user_attributes.find(study_key::next_job);
  next_job_ = next == record.user_attributes.end() ? 0 : std::stoi(next->second);
  recent_.clear();
  if (const auto recent = record.user_attributes.find(study_key::recent);
      recent != record.user_attributes.end()) {
    for (const auto& id : nlohmann::json::parse(recent->second))
      recent_.push_back(TrialId{id.get<std::int64_t>()});
  }
  if (text->second == definition_text_) return;
  forget();  // another space: every trial is read again
  definition_ = definition_from_json(text->second, "study '" + record.name + "'");
  definition_text_ = text->second;
  untuned_ = definition_->untuned();
  ++version_;
}

// The setting in the definition's space. What a trial of ours was trained with tells the values of parameters
// that came into the space later; for others', they are what the study holds fixed.
Assignment StudyView::assignment(const TrialRecord& record) const {
  const Space& space = definition_->space;
  std::optional<SettingTexts> settings;
  const auto text_of = [&](const std::string& name) {
    if (!settings) {
      const auto attribute = record.user_attributes.find(trial_key::settings);
      settings = attribute == record.user_attributes.end()
                     ? definition_->fixed
                     : nlohmann::json::parse(attribute->second).get<SettingTexts>();
    }
    const auto text = settings->find(name);
    return text != settings->end() ? text->second : get(*untuned_, name);
  };
  Assignment values(space.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!space.active(i, values)) continue;
    const Parameter& p = space[i];
    const TrialParam* param = record.param(p.name);
    if (!param && definition_->confirmation) {
      continue;  // not a run of ours
    } else if (!param) {
      values[i] = value_from_text(p.distribution, text_of(p.name));
    } else if (same_values(param->distribution(), p.distribution)) {
      values[i] = param->value;
    } else if (contains(param->distribution(), param->value)) {
      values[i] = value_from_text(p.distribution, value_text(param->distribution(), param->value));
    }
  }
  return values;
}

void StudyView::take(const TrialRecord& record) {
  const auto number = static_cast<std::size_t>(record.number);
  if (number >= trials_.size()) {
    trials_.resize(number + 1);
    observations_.resize(number + 1);
    pruner_trials_.resize(number + 1);
  }
  for (const TrialParam& param : record.params) stored_.try_emplace(param.name(), param.distribution());
  StudyTrial& trial = trials_[number];
  const bool setting_known = !trial.jobs.empty();
  trial = {record.id, record.state};
  trial.untuned = record.user_attributes.count(trial_key::untuned) > 0;
  if (const auto jobs = record.user_attributes.find(trial_key::jobs); jobs != record.user_attributes.end())
    trial.jobs = jobs_from_json(jobs->second, fmt::format("trial {}", number));
  for (const auto& [step, value] : record.intermediate_values) trial.costs.push_back(sign() * value);
  if (!record.values.empty()) trial.final_cost = sign() * record.values.front();
  if (const auto r = record.user_attributes.find(trial_key::repeats); r != record.user_attributes.end())
    trial.repeats = static_cast<std::size_t>(std::stoul(r->second));
  if (const auto s = record.user_attributes.find(trial_key::seconds); s != record.user_attributes.end())
    trial.seconds = std::stod(s->second);
  // Failed from outside, as Optuna does with trials whose heartbeats stopped.
  if (is_finished(record.state) && trial.open_job()) {
    trial.jobs.back().end = end_of(record.state);
    trial.jobs.back().reached = static_cast<int>(trial.costs.size());
  }
  Observation& o = observations_[number];
  o.number = static_cast<int>(number);
  if (!setting_known) o.assignment = assignment(record);
  unsettled_.insert(number);
  if (is_finished(record.state) || trial.paused()) {
    unfinished_.erase(number);
  } else {
    unfinished_.insert(number);
  }
}

StudyCounts StudyView::counts() const {
  StudyCounts c;
  for (const StudyTrial& trial : trials_) {
    ++(trial.state == TrialState::complete  ? c.complete
       : trial.state == TrialState::pruned  ? c.pruned
       : trial.state == TrialState::failed  ? c.failed
       : trial.state == TrialState::waiting ? c.waiting
       : trial.paused()                     ? c.paused
                                            : c.running);
    c.epochs += static_cast<std::int64_t>(trial.costs.size());
  }
  return c;
}

std::optional<std::size_t> StudyView::best() const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    if (trials_[i].state == TrialState::complete && !trials_[i].repeats &&
        std::isfinite(trials_[i].final_cost) && (!best || trials_[i].final_cost < trials_[*best].final_cost))
      best = i;
  }
  return best;
}

std::vector<Report> StudyView::reports() const {
  std::vector<Report> reports;
  reports.reserve(trials_.size());
  for (const StudyTrial& trial : trials_) {
    Report report{.repeats = trial.repeats, .repeatable = !trial.jobs.empty()};
    const bool has_result = trial.state == TrialState::complete && std::isfinite(trial.final_cost);
    if (has_result) report.cost = trial.final_cost;
    if (!has_result && is_finished(trial.state) && trial.repeats)
      report.cost = std::numeric_limits<double>::infinity();
    reports.push_back(report);
  }
  return reports;
}

std::vector<std::pair<const Job*, std::size_t>> StudyView::open_jobs() const {
  std::vector<std::pair<const Job*, std::size_t>> open;
  for (const std::size_t i : unfinished_)
    if (const Job* job = trials_[i].open_job()) open.emplace_back(job, i);
  std::sort(open.begin(), open.end(),
            [](const auto& a, const auto& b) { return a.first->number < b.first->number; });
  return open;
}

const Distribution* StudyView::stored(const std::string& name) const {
  const auto found = stored_.find(name);
  return found == stored_.end() ? nullptr : &found->second;
}

std::optional<std::size_t> StudyView::waiting() const {
  for (const std::size_t i : unfinished_)
    if (trials_[i].state == TrialState::waiting) return i;
  return std::nullopt;
}

void StudyView::look_from(int horizon) {
  for (auto next = unsettled_.begin(); next != unsettled_.end();) {
    const std::size_t i = *next;
    const StudyTrial& trial = trials_[i];
    observe(observations_[i], trial, horizon);
    const Job* job = last_visible(trial, horizon);
    const bool foreign = trial.jobs.empty();
    const std::size_t seen = foreign ? (is_finished(trial.state) ? trial.costs.size() : 0)
                             : job   ? std::min(static_cast<std::size_t>(job->reached), trial.costs.size())
                                     : 0;
    pruner_trials_[i] = {static_cast<int>(i), pruner_state(trial, horizon),
                         std::span(trial.costs).first(seen),
                         foreign ? static_cast<int>(seen) : trial.jobs.back().to};
    if (trial.repeats) pruner_trials_[i] = {static_cast<int>(i), PrunerTrial::State::failed};
    const bool settled = foreign ? is_finished(trial.state) : job == &trial.jobs.back();
    next = settled ? unsettled_.erase(next) : std::next(next);
  }
}

std::span<const Observation> StudyView::observations(int horizon) {
  look_from(horizon);
  return observations_;
}

std::span<const PrunerTrial> StudyView::pruner_trials(int horizon) {
  look_from(horizon);
  return pruner_trials_;
}

std::int64_t StudyView::epochs_given(int horizon) const {
  std::int64_t epochs = 0;
  for (const StudyTrial& trial : trials_)
    for (const Job& job : trial.jobs) epochs += (visible(job, horizon) ? job.reached : job.to) - job.from;
  return epochs;
}

}  // namespace tailor
