// One connection to a database, as little as the storage needs of it: transactions, statements, rows. The two
// implementations stand on libsqlite3 and libpq themselves. SOCI was considered: it hides what matters here
// (SQLite's busy handler, PostgreSQL's error classes and binary results), copies each row through strings,
// and its package brings client libraries of three further databases.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "tailor/storage/storage_options.h"
#include "tailor/storage/timestamp.h"

namespace tailor {

using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string_view>;

// The current row of a result. Columns count from 0; texts live until the next row.
class Row {
 public:
  virtual bool null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual Timestamp time(int column) const = 0;

 protected:
  ~Row() = default;
};

using RowFunction = std::function<void(const Row&)>;

// The transaction had no effect and may be tried again: the database was busy, chose it as the victim of a
// deadlock, or the connection was lost. Storage catches it; `what` is for the message when patience ends.
class TryAgain : public std::exception {
 public:
  explicit TryAgain(std::string reason) : reason_(std::move(reason)) {}
  const char* what() const noexcept override { return reason_.c_str(); }

 private:
  std::string reason_;
};

// Words that differ between the two.
struct Dialect {
  bool postgresql;
  std::string_view lock_row;     // ends a SELECT whose rows nobody else may change or refer to
  std::string_view lock_trial;   // the same for rows t, to which others may refer
  std::string_view now_json;     // the database's time, UTC, as JSON text
  std::string_view age_of_json;  // seconds since such a time in a.value_json
};

class Database {
 public:
  enum class Mode { read, write };

  virtual ~Database() = default;
  virtual const Dialect& dialect() const = 0;

  // For messages; without password.
  virtual const std::string& name() const = 0;

  // Starts a transaction, connecting again if need be. Reads see one moment.
  virtual void begin(Mode mode) = 0;
  // Returns only if all of it is kept, durably; throws TryAgain only if nothing is.
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;

  // Whether a prepared statement is worth keeping: not if its text will hardly come again.
  enum class Reuse { keep, once };

  // One statement with ? for each parameter; calls on_row for each row. Returns the number of changed rows.
  virtual std::int64_t execute(std::string_view sql, std::span<const SqlValue> parameters,
                               const RowFunction& on_row, Reuse reuse) = 0;

  std::int64_t execute(std::string_view sql, std::initializer_list<SqlValue> parameters = {},
                       const RowFunction& on_row = {}, Reuse reuse = Reuse::keep) {
    return execute(sql, std::span(parameters.begin(), parameters.size()), on_row, reuse);
  }
};

// By the URL's scheme; see open_storage.
std::unique_ptr<Database> open_database(const std::string& url, const StorageOptions& options);

}  // namespace tailor
