// What the parts of Storage (storage.cc, studies.cc, trials.cc, read_trials.cc, heartbeats.cc) share: the
// connection, the transaction that is open, and what was learned of the database's content. Only who is in a
// transaction gets hold of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tailor/base/mutex.h"
#include "tailor/storage/database.h"
#include "tailor/storage/names.h"
#include "tailor/storage/storage.h"

namespace tailor {

// One object for each (name, distribution) that was read, however many trials have it.
class DefinitionTable {
 public:
  // Unreadable JSON is bad input.
  const std::shared_ptr<const ParamDefinition>& find(std::string_view name, std::string_view json);

 private:
  struct Entry {
    std::string json;
    std::shared_ptr<const ParamDefinition> definition;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  // The entry used last comes first.
  std::unordered_map<std::string, std::vector<Entry>, Hash, std::equal_to<>> entries_;
};

struct Storage::Session {
  // What may be touched within a transaction, which read() and write() hand out while they hold the mutex.
  struct Transaction {
    std::unique_ptr<Database> db;
    DefinitionTable definitions;
    // A trial of each study whose number is known, so that the next number need not count all trials.
    std::map<StudyId, TrialId> numbered;
    // A distribution that the study has for a parameter of this name.
    std::map<std::pair<StudyId, std::string>, Distribution> known_params;

    // This trial as a row with all that belongs to it.
    TrialRecord read_trial(TrialId id);
    // Fills in what belongs to these trials (ascending ids).
    void read_children(std::span<TrialRecord> trials);
    CreatedTrial insert_trial(StudyId study, const NewTrial& trial);
    void insert_params(StudyId study, TrialId trial, const std::vector<TrialParam>& params);
    void insert_intermediate_values(TrialId trial, const std::map<std::int64_t, double>& by_step);
    void insert_values(TrialId trial, const std::vector<double>& by_objective);
    // `table` is trial_user_attributes or trial_system_attributes.
    void insert_attributes(std::string_view table, TrialId trial, const Attributes& attributes);
    void end_trial(TrialId trial, TrialState state);
    // Fails if a parameter does not fit what the study has under its name.
    void check_param(StudyId study, const ParamDefinition& param);
    std::int64_t count_objectives(StudyId study);

    // INSERT INTO <into> VALUES (…), (…) <conflict>, for rows of `columns` values each.
    void insert(std::string_view into, std::size_t columns, std::span<const SqlValue> values,
                std::string_view conflict = {});
  };

  Session(std::unique_ptr<Database> db, const StorageOptions& options) : options_(options) {
    transaction_.db = std::move(db);
  }

  // Runs `work(Transaction&)` in a transaction of this kind, or in the one that is open.
  template <class Work>
  auto read(const Work& work) {
    return run(Database::Mode::read, work);
  }
  template <class Work>
  auto write(const Work& work) {
    return run(Database::Mode::write, work);
  }

 private:
  template <class Work>
  auto run(Database::Mode mode, const Work& work) {
    using Result = decltype(work(std::declval<Transaction&>()));
    if constexpr (std::is_void_v<Result>) {
      run_transaction(mode, work);
    } else {
      std::optional<Result> result;
      run_transaction(mode, [&](Transaction& t) { result.emplace(work(t)); });
      return std::move(*result);
    }
  }
  void run_transaction(Database::Mode mode, const std::function<void(Transaction&)>& work);

  const StorageOptions options_;
  RecursiveMutex mutex_;  // held during a transaction, in which functions of Storage call each other
  bool in_transaction_ TAILOR_GUARDED_BY(mutex_) = false;
  Transaction transaction_ TAILOR_GUARDED_BY(mutex_);
};

inline SqlValue sql(StudyId id) { return static_cast<std::int64_t>(id); }
inline SqlValue sql(TrialId id) { return static_cast<std::int64_t>(id); }

// Names of enumerators as Optuna stores them.
std::string_view name_of(TrialState state);
TrialState trial_state(std::string_view name, const Database& database);
std::string_view name_of(Direction direction);

// Throw a failure if the study (the trial) is not there; lock its row until the transaction ends.
void lock_study_row(Database& db, StudyId study);
struct LockedTrial {
  StudyId study;
  std::int64_t number;
  TrialState state;
  std::int64_t objectives;
};
LockedTrial lock_trial(Database& db, TrialId trial);
// The same, and FinishedTrialError if it is finished.
LockedTrial lock_unfinished_trial(Database& db, TrialId trial);

// A value that is JSON; otherwise a failure.
void check_json(std::string_view key, std::string_view json);

}  // namespace tailor
