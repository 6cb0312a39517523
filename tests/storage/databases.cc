#include "storage/databases.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "storage/postgresql_server.h"

namespace tailor {

std::string name_of(const ::testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::sqlite ? "sqlite" : "postgresql";
}

std::vector<Backend> all_backends() { return {Backend::sqlite, Backend::postgresql}; }

std::string new_database(Backend backend) {
  static int count = 0;
  ++count;
  if (backend == Backend::sqlite) {
    return fmt::format("sqlite:///{}", scratch(fmt::format("study{}.db", count)).string());
  }
  // A schema of its own serves as well as a database of its own, and is made faster.
  const std::string server = postgresql_server().url("postgres");
  query(server, fmt::format("CREATE SCHEMA test{}", count));
  return fmt::format("{}&options=-csearch_path%3Dtest{}", server, count);
}

namespace {

std::vector<std::string> query_sqlite(const std::string& path, const std::string& sql) {
  std::vector<std::string> rows;
  sqlite3* connection = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
  const auto collect = [](void* target, int columns, char** values, char**) {
    std::string row;
    for (int i = 0; i < columns; ++i)
      row += fmt::format("{}{}", i ? "|" : "", values[i] ? values[i] : "NULL");
    static_cast<std::vector<std::string>*>(target)->push_back(row);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), collect, &rows, nullptr), SQLITE_OK)
      << sqlite3_errmsg(connection);
  sqlite3_close(connection);
  return rows;
}

std::vector<std::string> query_postgresql(const std::string& url, const std::string& sql) {
  std::vector<std::string> rows;
  PGconn* connection = PQconnectdb(url.c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) << PQerrorMessage(connection);
  for (int i = 0; i < PQntuples(result); ++i) {
    std::string row;
    for (int j = 0; j < PQnfields(result); ++j) {
      row += fmt::format("{}{}", j ? "|" : "", PQgetisnull(result, i, j) ? "NULL" : PQgetvalue(result, i, j));
    }
    rows.push_back(row);
  }
  PQclear(result);
  PQfinish(connection);
  return rows;
}

}  // namespace

std::vector<std::string> query(const std::string& url, const std::string& sql) {
  const std::string sqlite = "sqlite:///";
  return url.starts_with(sqlite) ? query_sqlite(url.substr(sqlite.size()), sql) : query_postgresql(url, sql);
}

StorageTest::StorageTest() : url(new_database(GetParam())), storage(open()) {}

std::unique_ptr<Storage> StorageTest::open() const {
  return open_storage(url, {.patience = std::chrono::seconds(60)});
}

void StorageTest::age_heartbeat(TrialId trial, int seconds) const {
  const char* statement =
      GetParam() == Backend::sqlite
          ? "UPDATE trial_heartbeats SET heartbeat = strftime('%Y-%m-%d %H:%M:%f000', 'now', '-{} seconds') "
            "WHERE trial_id = {}"
          : "UPDATE trial_heartbeats SET heartbeat = CURRENT_TIMESTAMP - interval '{} seconds' WHERE "
            "trial_id = {}";
  query(fmt::format(fmt::runtime(statement), seconds, static_cast<std::int64_t>(trial)));
}

TrialParam learning_rate(double value) {
  return make_param("learning_rate", {.low = 1e-5, .high = 0.1, .log = true}, value);
}

TrialParam batch_size(int value) {
  return make_param("batch_size",
                    {.kind = Distribution::Kind::integer, .low = 16, .high = 256, .step = 1, .log = true},
                    value);
}

TrialParam optimizer(int index) {
  return make_param(
      "optimizer",
      {.kind = Distribution::Kind::categorical, .choices = {std::string("sgd"), std::string("adam")}}, index);
}

bool long_form() { return std::getenv("TAILOR_LONG_TESTS") != nullptr; }

Processes::Processes(int count, const std::function<void(int)>& work) {
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
      try {
        work(i);
        ::_exit(::testing::Test::HasFailure() ? 1 : 0);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "process %d: %s\n", i, error.what());
        ::_exit(2);
      }
    }
    children_.push_back(child);
  }
}

void Processes::wait() {
  for (const pid_t child : children_) {
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}

}  // namespace tailor
