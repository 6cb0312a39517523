// Connecting, reconnecting and errors of PostgreSQL.
#include "tailor/storage/postgresql_session.h"

#include <cerrno>
#include <chrono>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <poll.h>

#include "tailor/base/error.h"
#include "tailor/storage/database.h"
#include "tailor/storage/postgresql_address.h"
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

// What PQconnectdb does, with a limit of time.
void finish_connecting(PGconn* connection) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (status == PGRES_POLLING_WRITING || status == PGRES_POLLING_READING) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd ready{PQsocket(connection), static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                 0};
    if (ready.fd < 0) return;
    const int count = left.count() > 0 ? ::poll(&ready, 1, static_cast<int>(left.count())) : 0;
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    status = PQconnectPoll(connection);
  }
}

}  // namespace

PostgresqlSession::PostgresqlSession(const std::string& url)
    : url_(url), shown_url_(without_password(url)), id_(random_id()) {
  // What libpq says of a malformed address quotes it, with parts of the password.
  if (shown_url_ == unreadable_postgresql_address)
    throw usage_error(
        "storage '{}': the address cannot be read; expected postgresql://user@host/database. Write special "
        "characters in a name or password as % and their code: %40 for @, %3A for :, %2F for /, %3F for ?, "
        "%23 for #, %25 for %",
        shown_url_);
}

void PostgresqlSession::connect() {
  connection_.reset();
  // What the URL says comes after, and wins. A server that has silently gone is noticed within about a
  // minute.
  const std::pair<const char*, const char*> parameters[] = {
      {"client_encoding", "UTF8"}, {"keepalives_idle", "30"},     {"keepalives_interval", "10"},
      {"keepalives_count", "3"},   {"tcp_user_timeout", "60000"}, {"dbname", url_.c_str()}};
  std::vector<const char*> names, values;
  for (const auto& [parameter, value] : parameters) {
    names.push_back(parameter);
    values.push_back(value);
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 1));
  if (!connection_) throw failure("{}: out of memory", shown_url_);
  // Set before anything can arrive, since libpq would print it.
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  finish_connecting(connection_.get());
  if (!connected()) {
    const std::string message = first_line(PQerrorMessage(connection_.get()));
    const std::string reason = message.empty() ? "no answer from the server" : message;
    close();
    throw TryAgain(fmt::format("cannot connect: {}", reason));
  }
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
  // What the server did not say, libpq did; it may not have found out yet that the connection is gone.
  if (!connected() || state.empty()) {
    close();
    throw TryAgain(fmt::format("the connection was lost: {}", message));
  }
  if (is_transient(state)) throw TryAgain(message);
  throw failure("{}: {} (PostgreSQL error {})", shown_url_, message, state);
}

}  // namespace tailor
