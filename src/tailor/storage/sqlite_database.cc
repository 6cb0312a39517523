// SQLite as a Database. Many processes may write: each transaction takes the write lock at its start (BEGIN
// IMMEDIATE) and waits for it here, by short random sleeps, because SQLite's own waiting is unfair to late
// comers; what it reports as busy all the same (recovery, the last reader closing the log) is tried again by
// the caller. The log is a write-ahead log, whose index is shared memory; a network file system has none, so
// there SQLite's older rollback journal is used (sqlite.org/wal.html).
#include "tailor/storage/sqlite_database.h"

#include <chrono>
#include <filesystem>
#include <random>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Dialect sqlite_dialect = {
    .postgresql = false,
    .lock_row = "",
    .lock_trial = "",
    .now_json = R"(strftime('"%Y-%m-%d %H:%M:%f000"', 'now'))",
    .age_of_json = R"((julianday('now') - julianday(trim(a.value_json, '"'))) * 86400.0)",
};

// As SQLite takes a file's name together with parameters.
std::string file_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path)
    uri += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02x}", c) : std::string(1, c);
  return uri;
}

class SqliteRow final : public Row {
 public:
  SqliteRow(sqlite3_stmt* statement, const std::string& database)
      : statement_(statement), database_(database) {}

  bool null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const auto* start = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (!start) return {};
    return {start, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  Timestamp time(int column) const override {
    const auto time = parse_timestamp(text(column));
    if (!time) {
      throw bad_input("{}: expected a time as 2026-03-01 09:05:07.250000 in column {}, got '{}'", database_,
                      sqlite3_column_name(statement_, column), text(column));
    }
    return *time;
  }

 private:
  sqlite3_stmt* statement_;
  const std::string& database_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& path, const StorageOptions& options)
      : path_(path), patience_(options.patience), shares_memory_(options.file_system(path).empty()) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    const std::string address = only_to_be_read() ? file_uri(path) + "?immutable=1" : file_uri(path);
    if (sqlite3_open_v2(address.c_str(), &connection_, flags, nullptr) != SQLITE_OK) {
      const std::string reason = connection_ ? sqlite3_errmsg(connection_) : "out of memory";
      sqlite3_close(connection_);
      throw failure("{}: cannot open or create the database: {}{}", path, reason, folder_hint());
    }
    try {
      configure();
    } catch (...) {
      close();
      throw;
    }
  }
  ~SqliteDatabase() override { close(); }
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  const Dialect& dialect() const override { return sqlite_dialect; }
  const std::string& name() const override { return path_; }

  void begin(Mode mode) override { run(mode == Mode::write ? "BEGIN IMMEDIATE" : "BEGIN"); }
  void commit() override { run("COMMIT"); }
  void rollback() noexcept override {
    if (!sqlite3_get_autocommit(connection_))
      sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
  }

  std::int64_t execute(std::string_view sql, std::span<const SqlValue> parameters, const RowFunction& on_row,
                       Reuse reuse) override {
    const bool keep = reuse == Reuse::keep;
    sqlite3_stmt* statement = keep ? kept(sql) : prepare(sql);
    // Ends the statement whatever happens; what it reports then was reported by the step before.
    const auto finish = [keep](sqlite3_stmt* s) { keep ? sqlite3_reset(s) : sqlite3_finalize(s); };
    const std::unique_ptr<sqlite3_stmt, decltype(finish)> guard(statement, finish);
    bind(statement, parameters);
    const SqliteRow row(statement, path_);
    int status = SQLITE_OK;
    while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
      if (on_row) on_row(row);
    }
    if (status != SQLITE_DONE) throw_error(status);
    return sqlite3_changes(connection_);
  }

 private:
  void run(std::string_view sql) { execute(sql, std::span<const SqlValue>(), {}, Reuse::keep); }

  void configure() {
    sqlite3_extended_result_codes(connection_, 1);
    sqlite3_busy_handler(
        connection_,
        [](void* self, int calls) { return static_cast<SqliteDatabase*>(self)->wait(calls) ? 1 : 0; }, this);
    // Syncs at each commit: what was reported as done survives a power failure too.
    run_until_free("PRAGMA synchronous = FULL");
    std::string mode;
    const auto read_mode = [&](const Row& row) { mode = row.text(0); };
    run_until_free("PRAGMA journal_mode", read_mode);
    // The switch is kept in the file; who may only read leaves it as it is.
    if (sqlite3_db_readonly(connection_, "main") != 0) return;
    if (shares_memory_ && mode != "wal") run_until_free("PRAGMA journal_mode = WAL", read_mode);
    if (!shares_memory_ && mode == "wal") leave_write_ahead_log();
  }

  // Possible only while nobody else has the database open; if somebody has, the next one to open it tries.
  void leave_write_ahead_log() {
    const std::chrono::milliseconds patience = std::exchange(patience_, std::chrono::milliseconds(500));
    try {
      execute("PRAGMA journal_mode = DELETE", std::span<const SqlValue>(), {}, Reuse::once);
    } catch (const TryAgain&) {
    }
    patience_ = patience;
  }

  // These run outside of transactions, so nobody else tries them again.
  void run_until_free(std::string_view sql, const RowFunction& on_row = {}) {
    const auto start = Clock::now();
    for (int tries = 0;; ++tries) {
      try {
        execute(sql, std::span<const SqlValue>(), on_row, Reuse::once);
        return;
      } catch (const TryAgain& busy) {
        if (Clock::now() - start > patience_) throw failure("{}: {}", path_, busy.what());
        wait(tries);
      }
    }
  }

  // Sleeps a little before the next try for a lock; false when patience has ended.
  bool wait(int tries) {
    if (tries == 0) waiting_since_ = Clock::now();
    if (Clock::now() - waiting_since_ > patience_) return false;
    const int longest = tries < 10 ? 1000 : 10000;
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution<int>(100, longest)(random_)));
    return true;
  }

  sqlite3_stmt* prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int status =
        sqlite3_prepare_v2(connection_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (status != SQLITE_OK) throw_error(status);
    return statement;
  }

  sqlite3_stmt* kept(std::string_view sql) {
    std::string key(sql);
    const auto found = statements_.find(key);
    if (found != statements_.end()) return found->second;
    return statements_.emplace(std::move(key), prepare(sql)).first->second;
  }

  void bind(sqlite3_stmt* statement, std::span<const SqlValue> parameters) {
    int index = 0;
    for (const SqlValue& parameter : parameters) {
      ++index;
      int status = SQLITE_OK;
      if (const auto* integer = std::get_if<std::int64_t>(&parameter)) {
        status = sqlite3_bind_int64(statement, index, *integer);
      } else if (const auto* real = std::get_if<double>(&parameter)) {
        status = sqlite3_bind_double(statement, index, *real);
      } else if (const auto* text = std::get_if<std::string_view>(&parameter)) {
        // A null pointer would bind NULL.
        const char* data = text->data() ? text->data() : "";
        status = sqlite3_bind_text(statement, index, data, static_cast<int>(text->size()), SQLITE_STATIC);
      } else {
        status = sqlite3_bind_null(statement, index);
      }
      if (status != SQLITE_OK) throw_error(status);
    }
  }

  [[noreturn]] void throw_error(int status) {
    const std::string reason = sqlite3_errmsg(connection_);
    switch (status & 0xff) {
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
      case SQLITE_PROTOCOL:
        throw TryAgain("the database is locked by another process");
      case SQLITE_FULL:
        throw failure("{}: the disk is full", path_);
      case SQLITE_NOTADB:
        throw bad_input("{}: not an SQLite database", path_);
      case SQLITE_CORRUPT:
        throw bad_input("{}: the database is damaged ({})", path_, reason);
      case SQLITE_READONLY:
        throw failure("{}: cannot write to the database: {}", path_, reason);
      default:
        throw failure("{}: {} (SQLite error {})", path_, reason, status);
    }
  }

  // Where neither the file nor its folder may be written, SQLite cannot make the index of its log that even
  // reading needs. It can do without if nobody works on the database; a log with content says that somebody
  // does, or was killed.
  bool only_to_be_read() const {
    const std::filesystem::path file(path_);
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored) || ::access(path_.c_str(), W_OK) == 0 ||
        ::access(folder.c_str(), W_OK) == 0)
      return false;
    const std::uintmax_t log = std::filesystem::file_size(path_ + "-wal", ignored);
    if (!ignored && log > 0 && !std::filesystem::exists(path_ + "-shm", ignored))
      throw failure(
          "{}: its last changes are still in {}-wal, and reading that takes the right to write: ask its "
          "owner to open the database once, or copy both files to a folder of yours",
          path_, file.filename().string());
    return ignored || log == 0;
  }

  std::string folder_hint() const {
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    std::error_code ignored;
    if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return "";
    return fmt::format("; the folder {} does not exist", folder.string());
  }

  void close() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    statements_.clear();
    sqlite3_close(connection_);
  }

  std::string path_;
  std::chrono::milliseconds patience_;
  bool shares_memory_;
  sqlite3* connection_ = nullptr;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;
  Clock::time_point waiting_since_;
  std::minstd_rand random_{std::random_device()()};
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::string& path, const StorageOptions& options) {
  return std::make_unique<SqliteDatabase>(path, options);
}

}  // namespace tailor
