// Workers that have gone: heartbeats, and the waiting copies of their trials, as Optuna makes them.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/storage/session.h"

namespace tailor {
namespace {

using Milliseconds = std::chrono::milliseconds;

double seconds(Milliseconds time) { return std::chrono::duration<double>(time).count(); }

bool is_stale(Database& db, TrialId trial, Milliseconds grace) {
  bool stale = false;
  db.execute(fmt::format("SELECT 1 FROM trial_heartbeats h WHERE h.trial_id = ? AND {} > ?",
                         db.dialect().heartbeat_age),
             {sql(trial), seconds(grace)}, [&](const Row&) { stale = true; });
  return stale;
}

// Numbers of the trials that this one retries, oldest first, and at last its own.
std::vector<std::int64_t> retry_history(const TrialRecord& trial) {
  std::vector<std::int64_t> history;
  const auto found = trial.system_attributes.find("retry_history");
  if (found != trial.system_attributes.end()) {
    const nlohmann::json earlier = nlohmann::json::parse(found->second, nullptr, false);
    for (const nlohmann::json& number : earlier.is_array() ? earlier : nlohmann::json::array()) {
      if (number.is_number_integer()) history.push_back(number.get<std::int64_t>());
    }
  }
  history.push_back(trial.number);
  return history;
}

NewTrial waiting_copy(const TrialRecord& trial, const std::vector<std::int64_t>& history) {
  NewTrial copy;
  copy.state = TrialState::waiting;
  copy.params = trial.params;
  copy.intermediate_values = trial.intermediate_values;
  copy.user_attributes = trial.user_attributes;
  copy.system_attributes = trial.system_attributes;
  copy.system_attributes.try_emplace("failed_trial", fmt::format("{}", trial.number));
  copy.system_attributes["retry_history"] = fmt::format("[{}]", fmt::join(history, ", "));
  return copy;
}

}  // namespace

void Storage::record_heartbeat(TrialId trial) {
  Database& db = *session_->db;
  session_->write([&] {
    db.execute(fmt::format("INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, {0}) "
                           "ON CONFLICT (trial_id) DO UPDATE SET heartbeat = {0}",
                           db.dialect().now),
               {sql(trial)});
  });
}

void Storage::delete_heartbeat(TrialId trial) {
  session_->write(
      [&] { session_->db->execute("DELETE FROM trial_heartbeats WHERE trial_id = ?", {sql(trial)}); });
}

std::vector<TrialId> Storage::find_stale_trials(StudyId study, Milliseconds grace) {
  Database& db = *session_->db;
  return session_->read([&] {
    std::vector<TrialId> stale;
    db.execute(
        fmt::format("SELECT t.trial_id FROM trials t JOIN trial_heartbeats h ON h.trial_id = t.trial_id "
                    "WHERE t.study_id = ? AND t.state = 'RUNNING' AND {} > ? ORDER BY t.trial_id",
                    db.dialect().heartbeat_age),
        {sql(study), seconds(grace)}, [&](const Row& row) { stale.push_back(TrialId{row.integer(0)}); });
    return stale;
  });
}

std::vector<StaleTrial> Storage::fail_stale_trials(StudyId study, Milliseconds grace, int most_retries) {
  const std::vector<TrialId> candidates = find_stale_trials(study, grace);
  if (candidates.empty()) return {};
  Database& db = *session_->db;
  return session_->write([&] {
    lock_study_row(db, study);
    std::vector<StaleTrial> failed;
    for (const TrialId candidate : candidates) {
      // Its heart may have gone on beating since it was found.
      if (lock_trial(db, candidate).state != TrialState::running || !is_stale(db, candidate, grace)) continue;
      if (auto stale = fail_and_retry(candidate, most_retries)) failed.push_back(std::move(*stale));
    }
    return failed;
  });
}

std::optional<StaleTrial> Storage::fail_and_retry(TrialId trial, int most_retries) {
  Database& db = *session_->db;
  return session_->write([&]() -> std::optional<StaleTrial> {
    const LockedTrial locked = lock_trial(db, trial);
    if (locked.state != TrialState::running) return std::nullopt;
    session_->end_trial(trial, TrialState::failed);
    StaleTrial stale{session_->read_trial(trial), std::nullopt};
    const std::vector<std::int64_t> history = retry_history(stale.failed);
    if (static_cast<std::int64_t>(history.size()) <= most_retries) {
      stale.retry = session_->insert_trial(locked.study, waiting_copy(stale.failed, history));
    }
    return stale;
  });
}

}  // namespace tailor
