// PostgreSQL as a Database.
//
// When the connection breaks during COMMIT, nobody knows whether it took place. Therefore each writing
// transaction also puts its own count into a row of its session; after reconnecting, that row tells. (The
// server's own txid_status() would do, if numbers of transactions could not be given twice around a crash.)
// The row is in trial_system_attributes, with no trial: a place where Optuna never looks. It goes with the
// session; those of killed sessions are removed by others after a month.
#include "tailor/storage/postgresql_database.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "tailor/base/error.h"
#include "tailor/storage/postgresql_session.h"
#include "tailor/storage/storage.h"

namespace tailor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Dialect postgresql_dialect = {
    .postgresql = true,
    .lock_row = " FOR UPDATE",
    .lock_trial = " FOR NO KEY UPDATE OF t",
    .now_json = R"(to_char(clock_timestamp() AT TIME ZONE 'UTC', '\"YYYY-MM-DD HH24:MI:SS.US\"'))",
    .age_of_json = R"(EXTRACT(EPOCH FROM clock_timestamp() AT TIME ZONE 'UTC' -
                      trim(both '"' from a.value_json)::timestamp)::float8)",
};

constexpr auto session_lifetime = std::chrono::days(30);

// A row of a result in binary form: integers and reals with the highest byte first.
class PostgresqlRow final : public Row {
 public:
  explicit PostgresqlRow(const PGresult* result) : result_(result) {}
  void go_to(int row) { row_ = row; }

  bool null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }
  std::int64_t integer(int column) const override {
    const std::string_view bytes = text(column);
    if (bytes.empty()) return 0;
    std::uint64_t value = static_cast<signed char>(bytes.front()) < 0 ? ~std::uint64_t{0} : 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(value);
  }
  double real(int column) const override {
    const std::int64_t bits = integer(column);
    double value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }
  std::string_view text(int column) const override {
    return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }
  Timestamp time(int column) const override {
    constexpr auto epoch = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
    return Timestamp(epoch) + std::chrono::microseconds(integer(column));
  }

 private:
  const PGresult* result_;
  int row_ = 0;
};

// Parameters as texts, whose types the server infers.
class TextParameters {
 public:
  explicit TextParameters(std::span<const SqlValue> values) {
    texts_.reserve(values.size());
    for (const SqlValue& value : values) {
      if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        add(fmt::format("{}", *integer));
      } else if (const auto* real = std::get_if<double>(&value)) {
        add(fmt::format("{}", *real));
      } else if (const auto* text = std::get_if<std::string_view>(&value)) {
        add(std::string(*text));
      } else {
        pointers_.push_back(nullptr);
      }
    }
  }
  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* pointers() const { return pointers_.data(); }

 private:
  void add(std::string text) { pointers_.push_back(texts_.emplace_back(std::move(text)).c_str()); }

  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

// ? becomes $1, $2, …
std::string numbered(std::string_view sql) {
  std::string text;
  int count = 0;
  for (const char c : sql) {
    if (c == '?') {
      text += fmt::format("${}", ++count);
    } else {
      text += c;
    }
  }
  return text;
}

class PostgresqlDatabase final : public Database {
 public:
  PostgresqlDatabase(const std::string& url, const StorageOptions& options)
      : session_(url), patience_(options.patience) {
    // A server that talks may have cut us off by chance, or refuses this user for good.
    constexpr int most_refusals = 5;
    const auto start = Clock::now();
    for (int refusals = 0; !session_.connected();) {
      try {
        connect();
      } catch (const TryAgain& reason) {
        const auto reachable = session_.reachable();
        if (reachable == PostgresqlSession::Reachable::yes) ++refusals;
        if (reachable == PostgresqlSession::Reachable::no || refusals == most_refusals ||
            Clock::now() - start > patience_) {
          throw failure("{}: {}", name(), reason.what());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  }
  ~PostgresqlDatabase() override {
    if (commits_ > 0 && session_.connected()) {
      session_.try_to_run(fmt::format("DELETE FROM trial_system_attributes WHERE {}", own_row()));
    }
  }

  const Dialect& dialect() const override { return postgresql_dialect; }
  const std::string& name() const override { return session_.shown_url(); }

  void begin(Mode mode) override {
    if (!session_.connected()) connect();
    mode_ = mode;
    session_.run(mode == Mode::write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                     : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }

  void commit() override {
    if (mode_ == Mode::read) {
      // All has been read; how the transaction ends does not matter.
      session_.try_to_run("COMMIT");
      return;
    }
    ++commits_;
    try {
      session_.run(mark() + "COMMIT");
    } catch (const TryAgain&) {
      if (session_.connected()) throw;  // the server said that it did not
      if (!find_mark()) throw;
    }
    marked_ = true;
  }

  void rollback() noexcept override {
    if (!session_.connected() || PQtransactionStatus(session_.connection()) == PQTRANS_IDLE) return;
    session_.try_to_run("ROLLBACK");
  }

  std::int64_t execute(std::string_view sql, std::span<const SqlValue> parameters, const RowFunction& on_row,
                       Reuse reuse) override {
    const TextParameters texts(parameters);
    const PostgresqlResult result(
        reuse == Reuse::once ? PQexecParams(session_.connection(), numbered(sql).c_str(), texts.count(),
                                            nullptr, texts.pointers(), nullptr, nullptr, 1)
                             : PQexecPrepared(session_.connection(), prepared(sql).c_str(), texts.count(),
                                              texts.pointers(), nullptr, nullptr, 1));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) session_.throw_error(result.get());
    if (on_row) {
      PostgresqlRow row(result.get());
      for (int i = 0; i < PQntuples(result.get()); ++i) {
        row.go_to(i);
        on_row(row);
      }
    }
    return std::atoll(PQcmdTuples(result.get()));
  }

 private:
  void connect() {
    prepared_.clear();
    session_.connect();
  }

  const std::string& prepared(std::string_view sql) {
    std::string key(sql);
    const auto found = prepared_.find(key);
    if (found != prepared_.end()) return found->second;
    std::string statement = fmt::format("s{}", prepared_.size());
    const PostgresqlResult result(
        PQprepare(session_.connection(), statement.c_str(), numbered(sql).c_str(), 0, nullptr));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) session_.throw_error(result.get());
    return prepared_.emplace(std::move(key), std::move(statement)).first->second;
  }

  std::string own_row() const {
    return fmt::format("trial_id IS NULL AND key = 'tailor:session:{}'", session_.id());
  }
  std::string mark_value() const { return fmt::format("{} {}", format_timestamp(current_time()), commits_); }

  // The command that makes this transaction known.
  std::string mark() const {
    if (marked_) {
      return fmt::format("UPDATE trial_system_attributes SET value_json = '\"{}\"' WHERE {}; ", mark_value(),
                         own_row());
    }
    return fmt::format(
        "DELETE FROM trial_system_attributes WHERE trial_id IS NULL AND key LIKE 'tailor:session:%' AND "
        "value_json < '\"{}'; INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (NULL, "
        "'tailor:session:{}', '\"{}\"'); ",
        format_timestamp(current_time() - session_lifetime), session_.id(), mark_value());
  }

  // After the connection was lost during a commit: whether that transaction took place. The new connection
  // has ended the old one at the server, so it cannot do so later.
  bool find_mark() {
    const auto start = Clock::now();
    for (;;) {
      try {
        connect();
        const PostgresqlResult row(PQexec(
            session_.connection(),
            fmt::format("SELECT value_json FROM trial_system_attributes WHERE {}", own_row()).c_str()));
        if (PQresultStatus(row.get()) != PGRES_TUPLES_OK) session_.throw_error(row.get());
        if (PQntuples(row.get()) == 0) {
          if (!marked_) return false;
          throw failure("{}: the connection was lost during a commit, and nothing tells whether it was done",
                        name());
        }
        return std::string_view(PQgetvalue(row.get(), 0, 0)).ends_with(fmt::format(" {}\"", commits_));
      } catch (const TryAgain& reason) {
        if (Clock::now() - start > patience_) {
          throw failure("{}: {}; whether the last transaction was done is not known", name(), reason.what());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
      }
    }
  }

  PostgresqlSession session_;
  std::chrono::milliseconds patience_;
  Mode mode_ = Mode::read;
  std::int64_t commits_ = 0;  // writing transactions that were committed, or tried to be
  bool marked_ = false;       // the session's row is there
  std::unordered_map<std::string, std::string> prepared_;
};

}  // namespace

std::unique_ptr<Database> open_postgresql(const std::string& url, const StorageOptions& options) {
  return std::make_unique<PostgresqlDatabase>(url, options);
}

}  // namespace tailor
