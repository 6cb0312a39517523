// Opening, transactions and what all operations share.
#include "tailor/storage/storage.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/text.h"
#include "tailor/storage/distribution_json.h"
#include "tailor/storage/schema.h"
#include "tailor/storage/session.h"

namespace tailor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_name = 512;  // VARCHAR(512) in Optuna's schema

// In characters, as the databases count them.
std::size_t length_of(std::string_view utf8) {
  std::size_t length = 0;
  for (const char c : utf8) length += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return length;
}

}  // namespace

const TrialParam* TrialRecord::param(std::string_view name) const {
  for (const TrialParam& candidate : params) {
    if (candidate.name() == name) return &candidate;
  }
  return nullptr;
}

TrialParam make_param(std::string name, Distribution distribution, double value) {
  return {std::make_shared<const ParamDefinition>(ParamDefinition{std::move(name), std::move(distribution)}),
          value};
}

const std::shared_ptr<const ParamDefinition>& DefinitionTable::find(std::string_view name,
                                                                    std::string_view json) {
  auto found = entries_.find(name);
  if (found == entries_.end()) found = entries_.emplace(std::string(name), std::vector<Entry>()).first;
  std::vector<Entry>& entries = found->second;
  for (Entry& entry : entries) {
    if (entry.json != json) continue;
    if (&entry != &entries.front()) std::swap(entry, entries.front());
    return entries.front().definition;
  }
  Distribution distribution =
      distribution_from_json(json, fmt::format("parameter '{}' in the storage", name));
  entries.push_back({std::string(json), std::make_shared<const ParamDefinition>(
                                            ParamDefinition{std::string(name), std::move(distribution)})});
  return entries.back().definition;
}

void Storage::Session::run_transaction(Database::Mode mode, const std::function<void(Transaction&)>& work) {
  const RecursiveMutexLock lock(mutex_);
  if (in_transaction_) {
    work(transaction_);
    return;
  }
  Database& db = *transaction_.db;
  const auto start = Clock::now();
  for (auto pause = std::chrono::milliseconds(5);;
       pause = std::min(2 * pause, std::chrono::milliseconds(1000))) {
    try {
      db.begin(mode);
      in_transaction_ = true;
      work(transaction_);
      db.commit();
      in_transaction_ = false;
      return;
    } catch (const TryAgain& reason) {
      in_transaction_ = false;
      db.rollback();
      if (Clock::now() - start > options_.patience) {
        throw failure("{}: {}; gave up after {:.0f} s", db.name(), reason.what(),
                      std::chrono::duration<double>(Clock::now() - start).count());
      }
      std::this_thread::sleep_for(pause);
    } catch (...) {
      in_transaction_ = false;
      db.rollback();
      throw;
    }
  }
}

void Storage::Session::Transaction::insert(std::string_view into, std::size_t columns,
                                           std::span<const SqlValue> values, std::string_view conflict) {
  constexpr std::size_t most_rows = 50;
  std::string row = "(?";
  for (std::size_t i = 1; i < columns; ++i) row += ", ?";
  row += ')';
  while (!values.empty()) {
    const std::size_t rows = std::min(values.size() / columns, most_rows);
    std::string statement = fmt::format("INSERT INTO {} VALUES {}", into, row);
    for (std::size_t i = 1; i < rows; ++i) statement.append(", ").append(row);
    statement.append(" ").append(conflict);
    db->execute(statement, values.first(rows * columns), {}, Database::Reuse::keep);
    values = values.subspan(rows * columns);
  }
}

Storage::Storage(std::unique_ptr<Database> database, const StorageOptions& options)
    : session_(std::make_unique<Session>(std::move(database), options)) {
  // Most openings find the tables and need no lock.
  if (!session_->read([&](auto& t) { return schema_is_ready(*t.db); }))
    session_->write([&](auto& t) { create_schema(*t.db); });
}

Storage::~Storage() = default;

std::unique_ptr<Storage> open_storage(const std::string& url, const StorageOptions& options) {
  return std::make_unique<Storage>(open_database(url, options), options);
}

void Storage::transaction(const std::function<void()>& work) {
  session_->write([&](const auto&) { work(); });
}

void Storage::read_transaction(const std::function<void()>& work) {
  session_->read([&](const auto&) { work(); });
}

void Storage::lock_study(StudyId study) {
  session_->write([&](auto& t) { lock_study_row(*t.db, study); });
}

void check_name(std::string_view what, std::string_view name) {
  utf8(what, std::string(name));
  if (name.empty() || length_of(name) > longest_name) {
    throw usage_error("{} '{}': expected 1 to {} characters, got {}", what, name, longest_name,
                      length_of(name));
  }
}

void check_json(std::string_view key, std::string_view json) {
  if (!nlohmann::json::accept(json)) throw failure("attribute '{}': its value is not JSON: {}", key, json);
}

}  // namespace tailor
