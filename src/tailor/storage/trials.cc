// Creating, changing and ending trials.
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "tailor/storage/distribution_json.h"
#include "tailor/storage/session.h"

namespace tailor {
namespace {

// A real as Optuna stores it: what is not finite has its name in a column of its own, and NULL as value.
struct StoredReal {
  SqlValue value;
  std::string_view type;
};

StoredReal stored(double value) {
  if (std::isnan(value)) return {std::monostate(), "NAN"};
  if (std::isinf(value)) return {std::monostate(), value > 0 ? "INF_POS" : "INF_NEG"};
  return {value, "FINITE"};
}

void check_values(TrialState state, const std::vector<double>& values, std::int64_t objectives) {
  const bool right_count = static_cast<std::int64_t>(values.size()) == objectives;
  const bool accepted = (state == TrialState::complete && right_count) ||
                        (state == TrialState::pruned && (values.empty() || right_count)) ||
                        (state != TrialState::complete && values.empty());
  if (!accepted) {
    throw failure("a trial that is {} cannot have {} values; its study has {} objectives", name_of(state),
                  values.size(), objectives);
  }
  for (const double value : values) {
    if (std::isnan(value))
      throw failure("a trial whose value is NaN has failed; it cannot be {}", name_of(state));
  }
}

std::optional<ParamDefinition> earlier_definition(Database& db, StudyId study, std::string_view name) {
  std::optional<ParamDefinition> earlier;
  db.execute(
      "SELECT p.distribution_json FROM trials t JOIN trial_params p ON p.trial_id = t.trial_id WHERE "
      "t.study_id = ? AND p.param_name = ? LIMIT 1",
      {sql(study), name}, [&](const Row& row) {
        earlier = ParamDefinition{std::string(name),
                                  distribution_from_json(row.text(0), fmt::format("parameter '{}'", name))};
      });
  return earlier;
}

Error unknown_trial(const Database& db, TrialId trial) {
  return failure("{}: has no trial with id {}; was its study deleted?", db.name(),
                 static_cast<std::int64_t>(trial));
}

}  // namespace

std::string_view name_of(TrialState state) {
  switch (state) {
    case TrialState::running:
      return "RUNNING";
    case TrialState::waiting:
      return "WAITING";
    case TrialState::complete:
      return "COMPLETE";
    case TrialState::pruned:
      return "PRUNED";
    case TrialState::failed:
      break;
  }
  return "FAIL";
}

TrialState trial_state(std::string_view name, const Database& database) {
  for (const TrialState state : {TrialState::running, TrialState::waiting, TrialState::complete,
                                 TrialState::pruned, TrialState::failed}) {
    if (name_of(state) == name) return state;
  }
  throw bad_input("{}: unknown state '{}' of a trial", database.name(), name);
}

LockedTrial lock_trial(Database& db, TrialId trial) {
  std::optional<LockedTrial> found;
  db.execute(fmt::format("SELECT t.study_id, t.number, t.state, (SELECT COUNT(*) FROM study_directions d "
                         "WHERE d.study_id = t.study_id) FROM trials t WHERE t.trial_id = ?{}",
                         db.dialect().lock_trial),
             {sql(trial)}, [&](const Row& row) {
               found = LockedTrial{StudyId{row.integer(0)}, row.integer(1), trial_state(row.text(2), db),
                                   row.integer(3)};
             });
  if (!found) throw unknown_trial(db, trial);
  return *found;
}

LockedTrial lock_unfinished_trial(Database& db, TrialId trial) {
  const LockedTrial locked = lock_trial(db, trial);
  if (is_finished(locked.state)) {
    throw FinishedTrialError(
        ExitCode::failed, fmt::format("{}: trial {} is finished ({}) and cannot change any more", db.name(),
                                      locked.number, name_of(locked.state)));
  }
  return locked;
}

void Storage::Session::Transaction::insert_attributes(std::string_view table, TrialId trial,
                                                      const Attributes& attributes) {
  std::vector<SqlValue> values;
  for (const auto& [key, json] : attributes) {
    check_name("attribute", key);
    check_json(key, json);
    values.insert(values.end(), {sql(trial), key, json});
  }
  insert(fmt::format("{} (trial_id, \"key\", value_json)", table), 3, values,
         "ON CONFLICT (trial_id, \"key\") DO UPDATE SET value_json = excluded.value_json");
}

void Storage::Session::Transaction::insert_params(StudyId study, TrialId trial,
                                                  const std::vector<TrialParam>& params) {
  std::vector<std::string> texts;
  texts.reserve(params.size());
  std::vector<SqlValue> values;
  for (const TrialParam& param : params) {
    check_name("parameter", param.name());
    if (!std::isfinite(param.value))
      throw failure("parameter '{}': {} is no value", param.name(), param.value);
    check_param(study, *param.definition);
    values.insert(values.end(), {sql(trial), param.name(), param.value,
                                 texts.emplace_back(distribution_to_json(param.distribution()))});
  }
  insert("trial_params (trial_id, param_name, param_value, distribution_json)", 4, values,
         "ON CONFLICT (trial_id, param_name) DO UPDATE SET param_value = excluded.param_value, "
         "distribution_json = excluded.distribution_json");
}

void Storage::Session::Transaction::check_param(StudyId study, const ParamDefinition& param) {
  const auto key = std::pair(study, param.name);
  auto known = known_params.find(key);
  if (known == known_params.end()) {
    auto earlier = earlier_definition(*db, study, param.name);
    if (!earlier) return;
    known = known_params.emplace(key, std::move(earlier->distribution)).first;
  }
  const std::string difference = incompatibility(known->second, param.distribution);
  if (!difference.empty()) {
    throw failure("parameter '{}' cannot change within a study: {}. Use another name or another study.",
                  param.name, difference);
  }
}

void Storage::Session::Transaction::insert_intermediate_values(
    TrialId trial, const std::map<std::int64_t, double>& by_step) {
  std::vector<SqlValue> values;
  for (const auto& [step, value] : by_step) {
    const StoredReal real = stored(value);
    values.insert(values.end(), {sql(trial), step, real.value, real.type});
  }
  insert("trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)", 4, values,
         "ON CONFLICT (trial_id, step) DO UPDATE SET intermediate_value = excluded.intermediate_value, "
         "intermediate_value_type = excluded.intermediate_value_type");
}

void Storage::Session::Transaction::insert_values(TrialId trial, const std::vector<double>& by_objective) {
  std::vector<SqlValue> values;
  for (const double value : by_objective) {
    const StoredReal real = stored(value);
    const auto objective = static_cast<std::int64_t>(values.size() / 4);
    values.insert(values.end(), {sql(trial), objective, real.value, real.type});
  }
  insert("trial_values (trial_id, objective, value, value_type)", 4, values,
         "ON CONFLICT (trial_id, objective) DO UPDATE SET value = excluded.value, value_type = "
         "excluded.value_type");
}

CreatedTrial Storage::Session::Transaction::insert_trial(StudyId study, const NewTrial& trial) {
  lock_study_row(*db, study);
  if (is_finished(trial.state) || !trial.values.empty())
    check_values(trial.state, trial.values, count_objectives(study));
  const std::string now = format_timestamp(current_time());
  const auto if_true = [&](bool condition) { return condition ? SqlValue(now) : SqlValue(); };
  // Optuna's number is the count of earlier trials. Counting on from a trial whose number is known gives the
  // same at once; if that trial is not there (any more), all are counted.
  const SqlValue known = sql(numbered[study]);
  CreatedTrial created;
  db->execute(
      "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete) VALUES "
      "(COALESCE((SELECT number + 1 FROM trials WHERE trial_id = ? AND study_id = ?) + (SELECT COUNT(*) FROM "
      "trials WHERE study_id + 0 = ? AND trial_id > ?), (SELECT COUNT(*) FROM trials WHERE study_id = ?)), "
      "?, ?, ?, ?) RETURNING trial_id, number",
      {known, sql(study), sql(study), known, sql(study), sql(study), name_of(trial.state),
       if_true(trial.state != TrialState::waiting), if_true(is_finished(trial.state))},
      [&](const Row& row) {
        created = {TrialId{row.integer(0)}, row.integer(1)};
      });
  insert_params(study, created.id, trial.params);
  insert_intermediate_values(created.id, trial.intermediate_values);
  insert_attributes("trial_user_attributes", created.id, trial.user_attributes);
  insert_attributes("trial_system_attributes", created.id, trial.system_attributes);
  insert_values(created.id, trial.values);
  numbered[study] = created.id;
  return created;
}

std::int64_t Storage::Session::Transaction::count_objectives(StudyId study) {
  std::int64_t count = 0;
  db->execute("SELECT COUNT(*) FROM study_directions WHERE study_id = ?", {sql(study)},
              [&](const Row& row) { count = row.integer(0); });
  return count;
}

void Storage::Session::Transaction::end_trial(TrialId trial, TrialState state) {
  db->execute("UPDATE trials SET state = ?, datetime_complete = ? WHERE trial_id = ?",
              {name_of(state), format_timestamp(current_time()), sql(trial)});
}

CreatedTrial Storage::create_trial(StudyId study, const NewTrial& trial) {
  return session_->write([&](auto& t) { return t.insert_trial(study, trial); });
}

bool Storage::claim_trial(TrialId trial) {
  return session_->write([&](auto& t) {
    return t.db->execute(
               "UPDATE trials SET state = 'RUNNING', datetime_start = ? WHERE trial_id = ? AND state = "
               "'WAITING'",
               {format_timestamp(current_time()), sql(trial)}) == 1;
  });
}

void Storage::set_params(TrialId trial, const std::vector<TrialParam>& params) {
  session_->write([&](auto& t) {
    const LockedTrial locked = lock_unfinished_trial(*t.db, trial);
    t.insert_params(locked.study, trial, params);
  });
}

void Storage::set_intermediate_value(TrialId trial, std::int64_t step, double value) {
  session_->write([&](auto& t) {
    lock_unfinished_trial(*t.db, trial);
    t.insert_intermediate_values(trial, {{step, value}});
  });
}

void Storage::set_user_attribute(TrialId trial, std::string_view key, std::string_view json) {
  session_->write([&](auto& t) {
    lock_unfinished_trial(*t.db, trial);
    t.insert_attributes("trial_user_attributes", trial, {{std::string(key), std::string(json)}});
  });
}

void Storage::set_system_attribute(TrialId trial, std::string_view key, std::string_view json) {
  session_->write([&](auto& t) {
    lock_unfinished_trial(*t.db, trial);
    t.insert_attributes("trial_system_attributes", trial, {{std::string(key), std::string(json)}});
  });
}

void Storage::reopen_trial(TrialId trial, std::int64_t last_step) {
  session_->write([&](auto& t) {
    Database& db = *t.db;
    lock_trial(db, trial);
    db.execute("UPDATE trials SET state = 'RUNNING', datetime_complete = NULL WHERE trial_id = ?",
               {sql(trial)});
    db.execute("DELETE FROM trial_values WHERE trial_id = ?", {sql(trial)});
    db.execute("DELETE FROM trial_intermediate_values WHERE trial_id = ? AND step > ?",
               {sql(trial), last_step});
  });
}

void Storage::delete_user_attribute(TrialId trial, std::string_view key) {
  session_->write([&](auto& t) {
    lock_unfinished_trial(*t.db, trial);
    t.db->execute("DELETE FROM trial_user_attributes WHERE trial_id = ? AND \"key\" = ?", {sql(trial), key});
  });
}

void Storage::finish_trial(TrialId trial, TrialState state, const std::vector<double>& values) {
  if (!is_finished(state)) throw failure("a trial cannot be finished as {}", name_of(state));
  session_->write([&](auto& t) {
    const LockedTrial locked = lock_unfinished_trial(*t.db, trial);
    check_values(state, values, locked.objectives);
    t.insert_values(trial, values);
    t.end_trial(trial, state);
  });
}

}  // namespace tailor
