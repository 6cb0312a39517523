#include "tailor/tune/queue/job_queue.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/tune/confirm/race_sampler.h"
#include "tailor/tune/spread/plan_sampler.h"
#include "tailor/tune/study/study_provenance.h"
#include "tailor/tune/study/trial_setting.h"

namespace tailor {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr std::chrono::seconds look_pause(1);

// Messages may quote bytes that are no UTF-8.
std::string json_text(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<Job> jobs_of(const TrialRecord& record) {
  const auto text = record.user_attributes.find(trial_key::jobs);
  if (text == record.user_attributes.end()) return {};
  return jobs_from_json(text->second, fmt::format("trial {}", record.number));
}

// Which process it is, for people, and which worker, as its jobs name it.
std::string worker_text(const LivingWorker& worker) {
  return fmt::format("{}:{}", worker.identity().pid, worker.identity().id);
}

}  // namespace

JobQueue::JobQueue(Storage& storage, StudyId study, const JobQueueOptions& options)
    : storage_(storage),
      study_(study),
      options_(options),
      environment_(options.environment ? *options.environment : this_environment()),
      watch_(options.grace),
      view_(study) {}

JobQueue::Next JobQueue::take(AssignedJob& job) {
  const MutexLock lock(mutex_);
  for (;;) {
    std::optional<Next> next;
    storage_.transaction([&]() TAILOR_REQUIRES(mutex_) {
      storage_.lock_study(study_);
      view_.refresh(storage_);
      const StudyDefinition& d = view_.definition();
      if (made_for_ != view_.version()) {
        sampler_ = d.confirmation ? make_race_sampler(*d.confirmation)
                   : d.spread     ? make_plan_sampler(d)
                                  : make_sampler(d.sampler, d.sampler_options);
        pruner_ = make_pruner(d.pruner, {d.budget.epochs, d.budget.trials}, d.pruner_options);
        made_for_ = view_.version();
      }
      next = next_step(job);
    });
    if (next) return *next;
  }
}

bool JobQueue::idle() const {
  const MutexLock lock(held_mutex_);
  return held_.empty();
}

// A trial whose job was taken back (take_back.h) may be given again to another thread of this worker, as the same
// job: what the first one then says of it is not heard.
void JobQueue::hold(AssignedJob& job) {
  const MutexLock lock(held_mutex_);
  held_[job.id] = job.serial = ++serials_;
  if (job.job.alone) alone_ = job.id;
}

bool JobQueue::holds(const AssignedJob& job) const {
  const MutexLock lock(held_mutex_);
  const auto held = held_.find(job.id);
  return held != held_.end() && held->second == job.serial;
}

void JobQueue::let_go(const AssignedJob& job) {
  const MutexLock lock(held_mutex_);
  const auto held = held_.find(job.id);
  if (held == held_.end() || held->second != job.serial) return;
  held_.erase(held);
  if (alone_ == job.id) alone_.reset();
}

// Within take's transaction. Nothing if no job came of it, so that there is another step to do.
std::optional<JobQueue::Next> JobQueue::next_step(AssignedJob& job) {
  {
    const MutexLock lock(held_mutex_);
    if (alone_) return Next::wait;
  }
  bool later = false;
  std::optional<AssignedJob> assigned = take_over(later);
  if (!assigned && later) return Next::wait;
  if (!assigned) {
    const Decision decision = decide(view_, *sampler_, *pruner_, options_.free);
    switch (decision.kind) {
      case Decision::Kind::wait:
        return Next::wait;
      case Decision::Kind::finished:
        view_.forget();  // another worker may have closed it
        view_.refresh(storage_);
        close();
        return Next::finished;
      case Decision::Kind::empty:
        hand_out({});
        break;
      case Decision::Kind::start:
        assigned = start(decision);
        break;
      case Decision::Kind::claim:
        assigned = claim(decision);
        break;
      case Decision::Kind::resume:
        assigned = resume(decision);
        break;
    }
  }
  if (!assigned) return std::nullopt;
  hold(*assigned);
  job = std::move(*assigned);
  return Next::job;
}

// Whether nobody works on an open job any more.
bool JobQueue::gone(const Job& job) {
  if (!job.worker) return true;
  const Life life = look_at(*job.worker);
  if (life != Life::unseen) return life == Life::dead;
  if (watch_.wants_to_see(Clock::now())) watch_others(storage_);
  return watch_.has_gone(job.worker->id);
}

void JobQueue::watch_others(Storage& storage) {
  const std::vector<Heartbeat> heartbeats = storage.list_heartbeats();
  watch_.see(heartbeats, Clock::now());
}

// In place, the same trial from its last checkpoint: what comes of it is what would have come of it.
std::optional<AssignedJob> JobQueue::take_over(bool& later) {
  for (const auto& [open, number] : view_.open_jobs()) {
    const StudyTrial& trial = view_.trials()[number];
    if (!gone(*open)) continue;
    std::vector<Job> jobs = trial.jobs;
    Job& job = jobs.back();
    if (job.worker && !job.stopping) ++job.deaths;
    const bool fault = job.deaths >= options_.most_deaths && job.alone;
    job.alone = job.deaths + 1 >= options_.most_deaths;
    if (!fault && job.alone && !idle()) {
      later = true;
      continue;
    }
    storage_.delete_trial_heartbeat(trial.id);
    const TrialRecord record = storage_.get_trial(trial.id);
    if (fault) {
      const JobResult given_up{
          JobEnd::failed, static_cast<int>(record.intermediate_values.size()),
          fmt::format("its process died {} times in a row within one epoch (out of memory?)", job.deaths), 0};
      write_end(record, std::move(jobs), given_up);
      continue;
    }
    AssignedJob assigned = go_on(record, trial.untuned, std::move(jobs));
    assigned.taken_over = true;
    return assigned;
  }
  return std::nullopt;
}

AssignedJob JobQueue::start(const Decision& decision) {
  const StudyDefinition& d = view_.definition();
  const int number = static_cast<int>(view_.trials().size());
  const TrialSetting setting =
      decision.repeats
          ? trial_setting(view_, kept_settings(d, storage_.get_trial(view_.trials()[*decision.repeats].id)))
          : proposed_setting(view_, number, decision.setting);
  AssignedJob assigned = first_job(number, decision, setting, d.repetition(number, decision.setting));
  Attributes attributes = first_attributes(assigned, setting);
  if (decision.repeats) attributes[trial_key::repeats] = std::to_string(*decision.repeats);
  if (d.spread) attributes[trial_key::run] = json_text(d.spread->run_name(number));
  const CreatedTrial created = storage_.create_trial(
      study_,
      {.state = TrialState::running, .params = setting.params, .user_attributes = std::move(attributes)});
  if (created.number != number)
    throw failure("the study's trials are not numbered 0, 1, 2, …: expected {}, got {}", number,
                  created.number);
  assigned.id = created.id;
  hand_out(assigned.id);
  return assigned;
}

// A waiting trial: the untuned default, or what somebody wished for. A wish that cannot be met is a failed
// trial.
std::optional<AssignedJob> JobQueue::claim(const Decision& decision) {
  const StudyDefinition& d = view_.definition();
  const StudyTrial& waiting = view_.trials()[decision.trial];
  if (!storage_.claim_trial(waiting.id)) return std::nullopt;  // another program was faster
  std::string refusal;
  Settings settings = d.untuned();
  try {
    if (d.confirmation) throw usage_error("a confirmation takes no wishes");
    if (d.spread) throw usage_error("a spread experiment takes no wishes");
    if (!waiting.untuned) settings = wished_settings(d, decision.setting, wish_of(waiting.id));
  } catch (const Error& error) {
    refusal = error.what();
  }
  const TrialSetting setting =
      d.confirmation ? TrialSetting{settings, {}, {}} : trial_setting(view_, settings);
  const int number = static_cast<int>(decision.trial);
  AssignedJob assigned = first_job(number, decision, setting,
                                   refusal.empty() ? d.repetition(number, decision.setting) : Repetition());
  assigned.id = waiting.id;
  assigned.untuned = waiting.untuned;
  storage_.set_params(assigned.id, setting.params);
  for (const auto& [key, text] : first_attributes(assigned, setting))
    storage_.set_user_attribute(assigned.id, key, text);
  hand_out(assigned.id);
  if (!refusal.empty()) {
    write_end(storage_.get_trial(assigned.id), {assigned.job}, {JobEnd::failed, 0, refusal, 0});
    return std::nullopt;
  }
  return assigned;
}

// As Optuna's enqueue_trial keeps it.
std::string JobQueue::wish_of(TrialId waiting) {
  const TrialRecord record = storage_.get_trial(waiting);
  const auto params = record.system_attributes.find("fixed_params");
  return params == record.system_attributes.end() ? "{}" : params->second;
}

// Of a trial that begins; its place in the storage is not known yet.
AssignedJob JobQueue::first_job(int number, const Decision& decision, const TrialSetting& setting,
                                const Repetition& repetition) const {
  AssignedJob assigned{.trial = number,
                       .job = decision.job,
                       .settings = setting.settings,
                       .repetition = repetition,
                       .assignment = decision.setting,
                       .sign = view_.sign()};
  assigned.job.to = std::min(assigned.job.to, setting.settings.epochs);  // a baseline may be shorter
  assigned.job.worker = worker_.identity();
  return assigned;
}

Attributes JobQueue::first_attributes(const AssignedJob& assigned, const TrialSetting& setting) const {
  Attributes attributes = setting.attributes(view_.definition());
  attributes[trial_key::jobs] = to_json(std::vector{assigned.job});
  attributes[trial_key::seed] = fmt::format("{}", assigned.repetition.seed);
  attributes[trial_key::state] = json_text("running");
  Provenance mine;
  add_part(mine, environment_, 1, worker_text(worker_));
  attributes[trial_key::provenance] = to_json(mine);
  return attributes;
}

AssignedJob JobQueue::resume(const Decision& decision) {
  const StudyTrial& trial = view_.trials()[decision.trial];
  std::vector<Job> jobs = trial.jobs;
  jobs.push_back(decision.job);
  hand_out(trial.id);
  return go_on(storage_.get_trial(trial.id), trial.untuned, std::move(jobs));
}

// The last of the jobs is this worker's from now on, of a trial that was begun before.
AssignedJob JobQueue::go_on(const TrialRecord& trial, bool untuned, std::vector<Job> jobs) {
  jobs.back().worker = worker_.identity();
  jobs.back().stopping = false;
  keep_jobs(trial.id, jobs);
  storage_.set_user_attribute(trial.id, trial_key::state, json_text("running"));
  const Provenance before = provenance_of(trial);
  Provenance now = before;
  add_part(now, environment_, static_cast<int>(trial.intermediate_values.size()) + 1, worker_text(worker_));
  if (now != before) storage_.set_user_attribute(trial.id, trial_key::provenance, to_json(now));
  const StudyDefinition& d = view_.definition();
  const int number = static_cast<int>(trial.number);
  const Assignment assignment = view_.assignment(trial);
  return {trial.id,
          number,
          untuned,
          jobs.back(),
          kept_settings(d, trial),
          d.repetition(number, assignment),
          assignment,
          view_.sign()};
}

// The next job is this trial's, or nobody's.
void JobQueue::hand_out(TrialId trial) {
  constexpr std::size_t most = 64;  // workers that were away for longer read all paused trials again
  json recent = json::array();
  const std::vector<TrialId>& before = view_.recent();
  for (std::size_t i = before.size() < most ? 0 : before.size() - most + 1; i < before.size(); ++i)
    recent.push_back(static_cast<std::int64_t>(before[i]));
  recent.push_back(static_cast<std::int64_t>(trial));
  storage_.set_user_attribute(study_, study_key::next_job, std::to_string(view_.next_job() + 1));
  storage_.set_user_attribute(study_, study_key::recent, recent.dump());
  if (options_.free && !std::exchange(marked_free_, true))
    storage_.set_user_attribute(study_, study_key::free, "true");
}

// One transaction with the trial as it is now, if the job is still this worker's.
bool JobQueue::change(const AssignedJob& assigned,
                      const std::function<void(TrialRecord&, std::vector<Job>&)>& change) {
  bool mine = false;
  storage_.transaction([&] {
    storage_.lock_study(study_);
    TrialRecord record = storage_.get_trial(assigned.id);
    std::vector<Job> jobs = jobs_of(record);
    mine = holds(assigned) && !is_finished(record.state) && !jobs.empty() &&
           jobs.back().number == assigned.job.number && jobs.back().end == JobEnd::open &&
           jobs.back().worker == worker_.identity();
    if (mine) change(record, jobs);
  });
  return mine;
}

void JobQueue::keep_jobs(TrialId trial, const std::vector<Job>& jobs) {
  storage_.set_user_attribute(trial, trial_key::jobs, to_json(jobs));
}

bool JobQueue::report(const AssignedJob& job, int epoch, double value) {
  const bool mine = change(job, [&](TrialRecord& record, std::vector<Job>& jobs) {
    storage_.set_intermediate_value(record.id, epoch, value);
    Job& current = jobs.back();
    if (current.deaths == 0 && current.refusals.empty()) return;
    current.deaths = 0;
    current.refusals.clear();
    current.alone = false;
    keep_jobs(record.id, jobs);
  });
  const MutexLock lock(held_mutex_);
  if (alone_ == job.id) alone_.reset();  // it does no harm: others may come beside it
  return mine;
}

bool JobQueue::release(const AssignedJob& job, double seconds) {
  const bool mine =
      change(job, [&](TrialRecord& record, std::vector<Job>& jobs) { write_release(record, jobs, seconds); });
  let_go(job);
  return mine;
}

void JobQueue::write_release(const TrialRecord& record, std::vector<Job>& jobs, double seconds) {
  jobs.back().worker.reset();
  jobs.back().stopping = jobs.back().alone = false;
  keep_jobs(record.id, jobs);
  storage_.set_user_attribute(record.id, trial_key::state, json_text("paused"));
  add_seconds(record, seconds);
}

bool JobQueue::refuse(const AssignedJob& job, const std::string& reason, double seconds, bool& last) {
  const bool mine = change(job, [&](TrialRecord& record, std::vector<Job>& jobs) {
    std::vector<std::string>& refusals = jobs.back().refusals;
    refusals.push_back(worker_.identity().host + ": " + reason);
    last = static_cast<int>(refusals.size()) >= options_.most_refusals;
    if (!last) return write_release(record, jobs, seconds);
    const std::string all =
        fmt::format("{} workers could not train it. {}", refusals.size(), join(refusals, "; "));
    write_end(record, jobs,
              {JobEnd::failed, static_cast<int>(record.intermediate_values.size()), all, seconds});
  });
  let_go(job);
  return mine;
}

bool JobQueue::announce_stop(const AssignedJob& job) {
  return change(job, [&](TrialRecord& record, std::vector<Job>& jobs) {
    jobs.back().stopping = true;
    keep_jobs(record.id, jobs);
  });
}

void JobQueue::add_seconds(const TrialRecord& record, double seconds) {
  const auto before = record.user_attributes.find(trial_key::seconds);
  if (before != record.user_attributes.end()) seconds += std::stod(before->second);
  storage_.set_user_attribute(record.id, trial_key::seconds, fmt::format("{:.3f}", seconds));
}

bool JobQueue::end(const AssignedJob& job, const JobResult& result) {
  const bool mine =
      change(job, [&](TrialRecord& record, std::vector<Job>& jobs) { write_end(record, jobs, result); });
  let_go(job);
  return mine;
}

void JobQueue::write_end(const TrialRecord& record, std::vector<Job> jobs, const JobResult& given) {
  JobResult result = given;
  const auto last = record.intermediate_values.find(result.reached);
  const double value = last == record.intermediate_values.end() ? NAN : last->second;
  if (result.end != JobEnd::failed && std::isnan(value)) {
    result.end = JobEnd::failed;
    result.failure = fmt::format("its value after epoch {} is not a number", result.reached);
  }
  Job& job = jobs.back();
  job.end = result.end;
  job.reached = result.reached;
  job.worker.reset();
  job.stopping = job.alone = false;
  job.deaths = 0;
  job.refusals.clear();
  keep_jobs(record.id, jobs);

  add_seconds(record, result.seconds);
  if (!result.kernels.empty()) {
    Provenance provenance = provenance_of(record);
    add_kernels(provenance, environment_, result.kernels);
    storage_.set_user_attribute(record.id, trial_key::provenance, to_json(provenance));
  }
  for (const auto& [key, text] : result.notes) storage_.set_user_attribute(record.id, key, text);
  const bool paused = result.end == JobEnd::paused;
  storage_.set_user_attribute(record.id, trial_key::state, json_text(paused ? "paused" : "ended"));
  if (result.end == JobEnd::failed)
    storage_.set_user_attribute(record.id, trial_key::failure, json_text(result.failure));
  if (result.end == JobEnd::failed) storage_.finish_trial(record.id, TrialState::failed);
  if (result.end == JobEnd::complete) storage_.finish_trial(record.id, TrialState::complete, {value});
  if (result.end == JobEnd::pruned) storage_.finish_trial(record.id, TrialState::pruned, {value});
}

// Paused trials that nothing will resume are pruned, with their last value.
void JobQueue::close() {
  bool any = false;
  for (const StudyTrial& trial : view_.trials()) {
    if (!trial.paused()) continue;
    const double cost = trial.costs.at(static_cast<std::size_t>(trial.jobs.back().reached) - 1);
    storage_.set_user_attribute(trial.id, trial_key::state, json_text("ended"));
    storage_.finish_trial(trial.id, TrialState::pruned, {view_.sign() * cost});
    any = true;
  }
  if (!any) return;
  // A job that nobody had, and that others must read all paused trials again for.
  storage_.set_user_attribute(study_, study_key::next_job, std::to_string(view_.next_job() + 1));
  storage_.set_user_attribute(study_, study_key::recent, "[]");
}

void JobQueue::look(const std::function<void(const StudyView&)>& look) {
  const MutexLock lock(mutex_);
  if (Clock::now() - looked_ > look_pause) {
    view_.refresh(storage_);
    looked_ = Clock::now();
  }
  look(view_);
}

}  // namespace tailor
