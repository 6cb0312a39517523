// A libpq connection that can be made anew, and what its errors mean: used by postgresql_database.cc only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace tailor {

struct PostgresqlDeleter {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresqlResult = std::unique_ptr<PGresult, PostgresqlDeleter>;

// Sessions have names of their own, so that a new connection can end what is left of the one before.
class PostgresqlSession {
 public:
  // Checks the URL only.
  explicit PostgresqlSession(const std::string& url);

  // One attempt. Throws TryAgain if the server cannot be reached now. Ends the session's former connection at
  // the server first, whatever it was doing.
  void connect();
  bool connected() const { return connection_ && PQstatus(connection_.get()) == CONNECTION_OK; }
  // Whether there is a server that talks to clients; soon: one that is starting or stopping.
  enum class Reachable { no, soon, yes };
  Reachable reachable() const;

  PGconn* connection() const { return connection_.get(); }
  const std::string& shown_url() const { return shown_url_; }
  const std::string& id() const { return id_; }

  // Commands without parameters or results that matter; several may be separated by semicolons.
  void run(const std::string& commands);
  // The same where it does not matter whether it succeeds.
  void try_to_run(const std::string& command) noexcept {
    PQclear(PQexec(connection_.get(), command.c_str()));
  }
  // Throws what the failure of a command means; a lost connection is closed.
  [[noreturn]] void throw_error(const PGresult* result);
  void close() { connection_.reset(); }

 private:
  void end_former_connection();

  std::string url_, shown_url_;
  std::string id_;  // 32 hexadecimal digits
  bool was_connected_ = false;
  std::unique_ptr<PGconn, PostgresqlDeleter> connection_;
};

}  // namespace tailor
