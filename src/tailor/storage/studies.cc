// Operations on studies and their attributes.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "tailor/storage/session.h"

namespace tailor {
namespace {

// The tables whose rows belong to a trial, and those that belong to a study besides trials.
constexpr std::string_view trial_tables[] = {
    "trial_user_attributes", "trial_system_attributes",   "trial_params",
    "trial_values",          "trial_intermediate_values", "trial_heartbeats"};
constexpr std::string_view study_tables[] = {"trials", "study_directions", "study_user_attributes",
                                             "study_system_attributes", "studies"};

Direction direction_of(std::string_view name, const Database& database) {
  if (name == "MINIMIZE") return Direction::minimize;
  if (name == "MAXIMIZE") return Direction::maximize;
  if (name == "NOT_SET") return Direction::not_set;
  throw bad_input("{}: unknown direction '{}' of a study", database.name(), name);
}

void fill_study(Database& db, StudyRecord& study) {
  db.execute("SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective", {sql(study.id)},
             [&](const Row& row) { study.directions.push_back(direction_of(row.text(0), db)); });
  db.execute("SELECT \"key\", value_json FROM study_user_attributes WHERE study_id = ?", {sql(study.id)},
             [&](const Row& row) { study.user_attributes.emplace(row.text(0), row.text(1)); });
  db.execute("SELECT \"key\", value_json FROM study_system_attributes WHERE study_id = ?", {sql(study.id)},
             [&](const Row& row) { study.system_attributes.emplace(row.text(0), row.text(1)); });
}

Error unknown_study(const Database& db, StudyId study) {
  return failure("{}: has no study with id {}; was it deleted?", db.name(), static_cast<std::int64_t>(study));
}

void set_study_attribute(Database& db, std::string_view table, StudyId study, std::string_view key,
                         std::string_view json) {
  check_name("attribute", key);
  check_json(key, json);
  bool found = false;
  db.execute("SELECT 1 FROM studies WHERE study_id = ?", {sql(study)}, [&](const Row&) { found = true; });
  if (!found) throw unknown_study(db, study);
  db.execute(fmt::format("INSERT INTO {} (study_id, \"key\", value_json) VALUES (?, ?, ?) ON CONFLICT "
                         "(study_id, \"key\") DO UPDATE SET value_json = excluded.value_json",
                         table),
             {sql(study), key, json});
}

}  // namespace

std::string_view name_of(Direction direction) {
  switch (direction) {
    case Direction::minimize:
      return "MINIMIZE";
    case Direction::maximize:
      return "MAXIMIZE";
    case Direction::not_set:
      break;
  }
  return "NOT_SET";
}

void lock_study_row(Database& db, StudyId study) {
  bool found = false;
  db.execute(fmt::format("SELECT study_id FROM studies WHERE study_id = ?{}", db.dialect().lock_row),
             {sql(study)}, [&](const Row&) { found = true; });
  if (!found) throw unknown_study(db, study);
}

StudyId Storage::create_study(const std::string& name, const std::vector<Direction>& directions) {
  check_name("study", name);
  if (directions.empty()) throw failure("study '{}': needs at least one direction", name);
  return session_->write([&](auto& t) {
    Database& db = *t.db;
    std::int64_t id = 0;
    db.execute(
        "INSERT INTO studies (study_name) VALUES (?) ON CONFLICT (study_name) DO NOTHING RETURNING study_id",
        {name}, [&](const Row& row) { id = row.integer(0); });
    if (id == 0) {
      throw usage_error("{}: has a study '{}' already. Continue it, or choose another name.", db.name(),
                        name);
    }
    std::int64_t objective = 0;
    for (const Direction direction : directions) {
      db.execute("INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, ?)",
                 {name_of(direction), id, objective++});
    }
    return StudyId{id};
  });
}

std::optional<StudyId> Storage::find_study(std::string_view name) {
  return session_->read([&](auto& t) {
    std::optional<StudyId> id;
    t.db->execute("SELECT study_id FROM studies WHERE study_name = ?", {name},
                  [&](const Row& row) { id = StudyId{row.integer(0)}; });
    return id;
  });
}

StudyRecord Storage::get_study(StudyId id) {
  return session_->read([&](auto& t) {
    Database& db = *t.db;
    StudyRecord study;
    db.execute("SELECT study_name FROM studies WHERE study_id = ?", {sql(id)}, [&](const Row& row) {
      study.id = id;
      study.name = row.text(0);
    });
    if (study.id != id) throw unknown_study(db, id);
    fill_study(db, study);
    return study;
  });
}

std::vector<StudyRecord> Storage::list_studies() {
  return session_->read([&](auto& t) {
    Database& db = *t.db;
    std::vector<StudyRecord> studies;
    db.execute("SELECT study_id, study_name FROM studies ORDER BY study_id", {}, [&](const Row& row) {
      StudyRecord& study = studies.emplace_back();
      study.id = StudyId{row.integer(0)};
      study.name = row.text(1);
    });
    for (StudyRecord& study : studies) fill_study(db, study);
    return studies;
  });
}

TrialCounts Storage::count_trials(StudyId study) {
  return session_->read([&](auto& t) {
    Database& db = *t.db;
    TrialCounts counts;
    db.execute("SELECT state, COUNT(*) FROM trials WHERE study_id = ? GROUP BY state", {sql(study)},
               [&](const Row& row) {
                 const std::int64_t count = row.integer(1);
                 switch (trial_state(row.text(0), db)) {
                   case TrialState::running:
                     counts.running = count;
                     break;
                   case TrialState::waiting:
                     counts.waiting = count;
                     break;
                   case TrialState::complete:
                     counts.complete = count;
                     break;
                   case TrialState::pruned:
                     counts.pruned = count;
                     break;
                   case TrialState::failed:
                     counts.failed = count;
                     break;
                 }
               });
    return counts;
  });
}

void Storage::delete_study(StudyId study) {
  session_->write([&](auto& t) {
    Database& db = *t.db;
    lock_study_row(db, study);
    // Optuna's tables have no cascade; an orphan would attach itself to the next trial that gets its id.
    for (const std::string_view table : trial_tables) {
      db.execute(
          fmt::format("DELETE FROM {} WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?)",
                      table),
          {sql(study)});
    }
    for (const std::string_view table : study_tables) {
      db.execute(fmt::format("DELETE FROM {} WHERE study_id = ?", table), {sql(study)});
    }
    t.numbered.erase(study);
    std::erase_if(t.known_params, [&](const auto& known) { return known.first.first == study; });
  });
}

void Storage::set_user_attribute(StudyId study, std::string_view key, std::string_view json) {
  session_->write([&](auto& t) { set_study_attribute(*t.db, "study_user_attributes", study, key, json); });
}

void Storage::set_system_attribute(StudyId study, std::string_view key, std::string_view json) {
  session_->write([&](auto& t) { set_study_attribute(*t.db, "study_system_attributes", study, key, json); });
}

}  // namespace tailor
