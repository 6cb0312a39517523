// Reading trials, few or 100,000: the rows of trials first, then of each other table those that belong to
// them, by ranges of ids where the ids lie close together.
#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "tailor/storage/session.h"

namespace tailor {
namespace {

constexpr std::size_t largest_range = 20'000;  // trials; bounds the memory of one result
constexpr std::size_t largest_list = 2'000;

std::int64_t number(TrialId id) { return static_cast<std::int64_t>(id); }

std::string list_condition(std::span<const TrialId> ids) {
  std::string list = fmt::format("trial_id IN ({}", number(ids.front()));
  for (const TrialId id : ids.subspan(1)) list += fmt::format(", {}", number(id));
  return list + ")";
}

// The trials to read by one statement for each table, from the start of `trials`, and the condition that
// selects their rows: a range that has few others' trials in it, or a list.
struct Part {
  std::span<TrialRecord> trials;
  std::string condition;
  bool is_range = false;  // whose limits are the two parameters
};

Part next_part(std::span<TrialRecord> trials) {
  const std::span<TrialRecord> range = trials.first(std::min(trials.size(), largest_range));
  const std::int64_t first = number(range.front().id), last = number(range.back().id);
  if (last - first < 4 * static_cast<std::int64_t>(range.size())) {
    return {range, "trial_id BETWEEN ? AND ?", true};
  }
  const std::span<TrialRecord> few = trials.first(std::min(trials.size(), largest_list));
  std::vector<TrialId> ids;
  for (const TrialRecord& trial : few) ids.push_back(trial.id);
  return {few, list_condition(ids), false};
}

TrialRecord trial_of(const Row& row, const Database& db) {
  TrialRecord trial;
  trial.id = TrialId{row.integer(0)};
  trial.number = row.integer(1);
  trial.state = trial_state(row.text(2), db);
  if (!row.null(3)) trial.started = row.time(3);
  if (!row.null(4)) trial.finished = row.time(4);
  return trial;
}

constexpr std::string_view select_trials =
    "SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials";

// value in column `column`, its type in the next
double real_of(const Row& row, int column) {
  const std::string_view type = row.text(column + 1);
  if (type == "FINITE" && !row.null(column)) return row.real(column);
  if (type == "INF_POS") return std::numeric_limits<double>::infinity();
  if (type == "INF_NEG") return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

// Finds the trial of each row of a result whose rows mostly come in the trials' order.
class TrialFinder {
 public:
  explicit TrialFinder(std::span<TrialRecord> trials) : trials_(trials), current_(trials.begin()) {}

  // Null if the row belongs to a trial that was not asked for.
  TrialRecord* find(TrialId id) {
    if (current_ != trials_.end() && current_->id == id) return &*current_;
    if (current_ != trials_.end() && std::next(current_) != trials_.end() && std::next(current_)->id == id) {
      return &*++current_;
    }
    const auto found =
        std::lower_bound(trials_.begin(), trials_.end(), id,
                         [](const TrialRecord& trial, TrialId wanted) { return trial.id < wanted; });
    if (found == trials_.end() || found->id != id) return nullptr;
    current_ = found;
    return &*current_;
  }

 private:
  std::span<TrialRecord> trials_;
  std::span<TrialRecord>::iterator current_;
};

void sort_params(TrialRecord& trial) {
  const auto by_name = [](const TrialParam& a, const TrialParam& b) { return a.name() < b.name(); };
  std::sort(trial.params.begin(), trial.params.end(), by_name);
}

}  // namespace

TrialRecord Storage::Session::Transaction::read_trial(TrialId id) {
  std::optional<TrialRecord> trial;
  db->execute(fmt::format("{} WHERE trial_id = ?", select_trials), {sql(id)},
              [&](const Row& row) { trial = trial_of(row, *db); });
  if (!trial) {
    throw failure("{}: has no trial with id {}; was its study deleted?", db->name(), number(id));
  }
  read_children({&*trial, 1});
  return std::move(*trial);
}

void Storage::Session::Transaction::read_children(std::span<TrialRecord> trials) {
  while (!trials.empty()) {
    const Part part = next_part(trials);
    const auto each = [&](std::string_view columns, std::string_view table, const auto& take) {
      TrialFinder finder(part.trials);
      const std::string select =
          fmt::format("SELECT trial_id, {} FROM {} WHERE {}", columns, table, part.condition);
      const auto on_row = [&](const Row& row) {
        if (TrialRecord* trial = finder.find(TrialId{row.integer(0)})) take(*trial, row);
      };
      if (part.is_range) {
        db->execute(select, {sql(part.trials.front().id), sql(part.trials.back().id)}, on_row);
      } else {
        db->execute(select, {}, on_row, Database::Reuse::once);
      }
    };
    each("param_name, param_value, distribution_json", "trial_params",
         [&](TrialRecord& trial, const Row& row) {
           trial.params.push_back({definitions.find(row.text(1), row.text(3)), row.real(2)});
         });
    each("objective, value, value_type", "trial_values", [](TrialRecord& trial, const Row& row) {
      const auto objective = static_cast<std::size_t>(row.integer(1));
      if (trial.values.size() <= objective) trial.values.resize(objective + 1);
      trial.values[objective] = real_of(row, 2);
    });
    each("step, intermediate_value, intermediate_value_type", "trial_intermediate_values",
         [](TrialRecord& trial, const Row& row) {
           trial.intermediate_values[row.integer(1)] = real_of(row, 2);
         });
    each("\"key\", value_json", "trial_user_attributes",
         [](TrialRecord& trial, const Row& row) { trial.user_attributes.emplace(row.text(1), row.text(2)); });
    each("\"key\", value_json", "trial_system_attributes", [](TrialRecord& trial, const Row& row) {
      trial.system_attributes.emplace(row.text(1), row.text(2));
    });
    for (TrialRecord& trial : part.trials) sort_params(trial);
    trials = trials.subspan(part.trials.size());
  }
}

TrialRecord Storage::get_trial(TrialId trial) {
  return session_->read([&](auto& t) { return t.read_trial(trial); });
}

std::optional<TrialId> Storage::find_trial(StudyId study, std::int64_t trial_number) {
  return session_->read([&](auto& t) {
    std::optional<TrialId> id;
    t.db->execute("SELECT trial_id FROM trials WHERE study_id = ? AND number = ?", {sql(study), trial_number},
                  [&](const Row& row) { id = TrialId{row.integer(0)}; });
    return id;
  });
}

std::vector<TrialRecord> Storage::get_trials(StudyId study) {
  TrialCursor cursor;
  return get_changed_trials(study, cursor);
}

std::vector<TrialRecord> Storage::get_changed_trials(StudyId study, TrialCursor& cursor) {
  std::vector<TrialRecord> trials = session_->read([&](auto& t) {
    Database& db = *t.db;
    std::vector<TrialRecord> changed;
    const auto take = [&](const Row& row) { changed.push_back(trial_of(row, db)); };
    std::span<const TrialId> unfinished = cursor.unfinished;
    while (!unfinished.empty()) {
      const std::span<const TrialId> part = unfinished.first(std::min(unfinished.size(), largest_list));
      db.execute(fmt::format("{} WHERE {} ORDER BY trial_id", select_trials, list_condition(part)), {}, take,
                 Database::Reuse::once);
      unfinished = unfinished.subspan(part.size());
    }
    db.execute(fmt::format("{} WHERE study_id = ? AND trial_id > ? ORDER BY trial_id", select_trials),
               {sql(study), sql(cursor.last)}, take);
    t.read_children(changed);
    return changed;
  });
  cursor.unfinished.clear();
  for (const TrialRecord& trial : trials) {
    if (!is_finished(trial.state)) cursor.unfinished.push_back(trial.id);
    cursor.last = std::max(cursor.last, trial.id);
  }
  return trials;
}

}  // namespace tailor
