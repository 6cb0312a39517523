// A PostgreSQL server of the distribution's package, for one test process: in a temporary folder, reached by
// a socket in it, gone at the end (also if the process is killed).
#pragma once

#include <string>

#include <sys/types.h>

namespace tailor {

class PostgresqlServer {
 public:
  // Starts it; throws a failure if the package is missing or the server does not come up.
  PostgresqlServer();
  ~PostgresqlServer();
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;

  // Where its socket is.
  const std::string& folder() const { return folder_; }
  // postgresql://tailor@/NAME?host=FOLDER
  std::string url(const std::string& database) const;
  void start();
  // Orderly (fast: transactions are cut off), or as in a power failure.
  void stop();
  void crash();

 private:
  pid_t run(const std::string& program, const std::string& arguments);
  void end(int signal);

  std::string folder_;
  pid_t server_ = 0;
};

// The one of this process; starts when first asked for.
PostgresqlServer& postgresql_server();

}  // namespace tailor
