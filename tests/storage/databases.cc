#include "storage/databases.h"

#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"

namespace tailor {

std::string name_of(const ::testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::sqlite ? "sqlite" : "postgresql";
}

std::vector<Backend> all_backends() { return {Backend::sqlite}; }

std::string new_database(Backend) {
  static int count = 0;
  return fmt::format("sqlite:///{}", scratch(fmt::format("study{}.db", count++)).string());
}

std::vector<std::string> query(const std::string& url, const std::string& sql) {
  std::vector<std::string> rows;
  sqlite3* connection = nullptr;
  EXPECT_EQ(sqlite3_open(url.substr(std::string("sqlite:///").size()).c_str(), &connection), SQLITE_OK);
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

StorageTest::StorageTest() : url(new_database(GetParam())), storage(open()) {}

std::unique_ptr<Storage> StorageTest::open() const {
  return open_storage(url, {.patience = std::chrono::seconds(60)});
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

void run_processes(int count, const std::function<void(int)>& work) {
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        work(i);
        ::_exit(::testing::Test::HasFailure() ? 1 : 0);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "process %d: %s\n", i, error.what());
        ::_exit(2);
      }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}

}  // namespace tailor
