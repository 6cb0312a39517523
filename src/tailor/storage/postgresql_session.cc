// Connecting, reconnecting and errors of PostgreSQL.
#include "tailor/storage/postgresql_session.h"

#include <chrono>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "tailor/base/error.h"
#include "tailor/storage/database.h"
#include "tailor/storage/storage.h"

namespace tailor {
namespace {

std::string random_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

// The first line; libpq adds guesses in further ones.
std::string first_line(std::string_view message) {
  return std::string(message.substr(0, message.find('\n')));
}

// Errors after which the same transaction may well succeed: connections that end, servers that start or stop
// or have no connection free, deadlocks, conflicts, and waiting that took too long.
bool is_transient(std::string_view state) {
  return state.starts_with("08") || state.starts_with("57P") || state == "53300" || state == "40001" ||
         state == "40P01" || state == "55P03" || state == "25P03" || state == "57014";
}

}  // namespace

PostgresqlSession::PostgresqlSession(const std::string& url)
    : url_(url), shown_url_(without_password(url)), id_(random_id()) {
  char* reason = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &reason);
  if (!parsed) {
    const std::string text = first_line(reason ? reason : "out of memory");
    PQfreemem(reason);
    throw usage_error("storage '{}': {}", shown_url_, text);
  }
  PQconninfoFree(parsed);
}

void PostgresqlSession::connect() {
  connection_.reset();
  // What the URL says comes after, and wins. A server that has silently gone is noticed within about a
  // minute.
  const char* const names[] = {
      "client_encoding",  "connect_timeout",  "keepalives_idle", "keepalives_interval",
      "keepalives_count", "tcp_user_timeout", "dbname",          nullptr};
  const char* const values[] = {"UTF8", "10", "30", "10", "3", "60000", url_.c_str(), nullptr};
  connection_.reset(PQconnectdbParams(names, values, 1));
  if (!connected()) {
    const std::string reason = first_line(PQerrorMessage(connection_.get()));
    close();
    throw TryAgain(fmt::format("cannot connect: {}", reason));
  }
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  // Tables grow from nothing within a session, so a plan must not outlive its execution. What was reported as
  // done stays done, also where the server is set to acknowledge early; and a worker that was stopped within
  // a transaction does not hold its locks for ever.
  run("SET plan_cache_mode = force_custom_plan; SET idle_in_transaction_session_timeout = '60s'; "
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
      "'off'");
  if (was_connected_) end_former_connection();
  run(fmt::format("SET application_name = 'tailor {}'", id_));
  was_connected_ = true;
}

void PostgresqlSession::end_former_connection() {
  const std::string command = fmt::format(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tailor {}'", id_);
  for (int tries = 0; tries < 200; ++tries) {
    const PostgresqlResult result(PQexec(connection_.get(), command.c_str()));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) throw_error(result.get());
    if (PQntuples(result.get()) == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  close();
  throw TryAgain("the former connection does not end");
}

PostgresqlSession::Reachable PostgresqlSession::reachable() const {
  const char* const names[] = {"connect_timeout", "dbname", nullptr};
  const char* const values[] = {"10", url_.c_str(), nullptr};
  switch (PQpingParams(names, values, 1)) {
    case PQPING_OK:
      return Reachable::yes;
    case PQPING_REJECT:
      return Reachable::soon;
    default:
      return Reachable::no;
  }
}

void PostgresqlSession::run(const std::string& commands) {
  const PostgresqlResult result(PQexec(connection_.get(), commands.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw_error(result.get());
}

void PostgresqlSession::throw_error(const PGresult* result) {
  const char* field = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const std::string state = field ? field : "";
  field = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  const std::string message = first_line(field ? field : PQerrorMessage(connection_.get()));
  if (!connected()) {
    close();
    throw TryAgain(fmt::format("the connection was lost: {}", message));
  }
  if (is_transient(state)) throw TryAgain(message);
  throw failure("{}: {} (PostgreSQL error {})", shown_url_, message, state);
}

}  // namespace tailor
