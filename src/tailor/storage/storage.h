// Studies and trials in a database with Optuna 5's relational schema (v3.2.0.a), which Python's Optuna and
// its dashboard read and write at the same time. Used by the study loop, the workers and the commands that
// list, export or delete; knows nothing of how trials are chosen.
//
// Every operation is one transaction: when it returns, it is done and durable; when it throws, nothing of it
// is. transaction() makes several operations one. Busy databases and servers that went away are waited for,
// and what was interrupted is done again, never twice: see StorageOptions.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/storage/storage_options.h"
#include "tailor/storage/trial_record.h"

namespace tailor {

class Database;

// A change to a trial that is finished already; finished trials never change.
class FinishedTrialError : public Error {
 public:
  using Error::Error;
};

// A worker's last sign of life.
struct Heartbeat {
  std::string worker;  // its id
  std::string time;    // UTC, by the database's clock
  double age = 0;      // seconds, by the same clock
};

// One connection. Any thread may call; operations of different threads follow one another. A thread that must
// not wait for others' transactions (heartbeats) opens its own. Not to be used on both sides of a fork.
class Storage {
 public:
  explicit Storage(std::unique_ptr<Database> database, const StorageOptions& options = {});
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  // Runs `work`, whose calls on this storage then become one transaction: all or nothing. It may be run
  // several times (with nothing kept of the earlier runs), so its other effects must bear that; an exception
  // from it undoes all and is passed on. Within another transaction it joins that one.
  void transaction(const std::function<void()>& work);

  // The same for work that only reads: all of it sees one state of the database, and needs no right to write.
  void read_transaction(const std::function<void()>& work);

  // Within a transaction: nobody else creates trials in this study, or locks it, until the transaction ends.
  // Call it first when several workers' transactions touch the same trials, so that they queue instead of
  // deadlocking (which is resolved, but after a second).
  void lock_study(StudyId study);

  // Studies.
  // A name that exists is a usage error. 1 to 512 characters; at least one direction.
  StudyId create_study(const std::string& name, const std::vector<Direction>& directions);
  std::optional<StudyId> find_study(std::string_view name);
  StudyRecord get_study(StudyId id);
  std::vector<StudyRecord> list_studies();  // ascending ids
  TrialCounts count_trials(StudyId study);
  void delete_study(StudyId study);  // with its trials

  // Attributes of studies and trials: the value is JSON text, the key up to 512 characters. An old value is
  // replaced.
  void set_user_attribute(StudyId study, std::string_view key, std::string_view json);
  void set_system_attribute(StudyId study, std::string_view key, std::string_view json);
  void set_user_attribute(TrialId trial, std::string_view key, std::string_view json);
  void set_system_attribute(TrialId trial, std::string_view key, std::string_view json);

  // Trials. All that change one throw FinishedTrialError if it is finished.
  // Numbers are given in the order of creation, without gaps, however many create.
  CreatedTrial create_trial(StudyId study, const NewTrial& trial = {});
  // Turns a waiting trial into a running one; false if somebody else did, or if it does not wait.
  bool claim_trial(TrialId trial);

  // A parameter that is set already takes the new value. Its distribution must fit those that the study has
  // for this name (see incompatibility in distribution_json.h).
  void set_params(TrialId trial, const std::vector<TrialParam>& params);
  void set_intermediate_value(TrialId trial, std::int64_t step, double value);
  // Ends a trial, in any of the finished states. Values are for complete (one for each objective) and pruned
  // (the same or none; Optuna keeps the last intermediate value), never for failed, and never NaN: a trial
  // whose value is NaN has failed.
  void finish_trial(TrialId trial, TrialState state, const std::vector<double>& values = {});
  // The one exception from what is said of finished trials: makes this one a running one again, without
  // values and without intermediate values after `last_step`. Python processes that have read it keep what
  // they read.
  void reopen_trial(TrialId trial, std::int64_t last_step);
  void delete_user_attribute(TrialId trial, std::string_view key);

  // Heartbeats of workers, by the database's clock and in no time zone: rows that belong to no trial, where
  // Optuna never looks. It fails trials by its own, which are in the time zone of whoever writes them. What
  // killed workers leave is removed after a month.
  void record_heartbeat(std::string_view worker);
  void delete_heartbeat(std::string_view worker);
  std::vector<Heartbeat> list_heartbeats();
  // Optuna's own of a trial, which earlier versions wrote.
  void delete_trial_heartbeat(TrialId trial);

  // Reading. Ascending ids, which is the order of numbers.
  TrialRecord get_trial(TrialId trial);
  std::optional<TrialId> find_trial(StudyId study, std::int64_t number);
  std::vector<TrialRecord> get_trials(StudyId study);
  // Trials that are new since the cursor or were not finished then, and advances it: together the calls give
  // what get_trials gives. Inside a transaction call it before anything is written.
  std::vector<TrialRecord> get_changed_trials(StudyId study, TrialCursor& cursor);

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

// The parameter of a new trial.
TrialParam make_param(std::string name, Distribution distribution, double value);

// sqlite:///relative/path.db, sqlite:////absolute/path.db, or
// postgresql://[user[:password]@][host][:port]/database with parameters as libpq takes them
// (…?host=/var/run/postgresql). Creates the tables in an empty database. Another version of the schema is bad
// input, a malformed URL a usage error.
std::unique_ptr<Storage> open_storage(const std::string& url, const StorageOptions& options = {});

// A line for who starts to work on this database, if there is a danger in it: an SQLite database on a network
// file system. Empty otherwise.
std::string storage_warning(const std::string& url, const StorageOptions& options = {});

// The URL as it may be shown and pasted: without passwords, in whatever form libpq takes them. Those come
// from PGPASSWORD or the password file then.
std::string without_password(const std::string& url);

}  // namespace tailor
