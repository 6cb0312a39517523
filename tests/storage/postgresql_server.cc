#include "storage/postgresql_server.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

// The newest version's folder of programs.
fs::path programs() {
  fs::path newest;
  int newest_version = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > newest_version && fs::exists(entry.path() / "bin" / "initdb")) {
      newest = entry.path() / "bin";
      newest_version = version;
    }
  }
  if (newest.empty()) throw failure("no PostgreSQL server here; install the package postgresql");
  return newest;
}

// PostgreSQL refuses to be run by root; its package makes this user.
const passwd* other_user() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  if (!user) throw failure("no user postgres here; install the package postgresql");
  return user;
}

}  // namespace

PostgresqlServer::PostgresqlServer() : folder_("/tmp/tailor_postgresql_XXXXXX") {
  if (!::mkdtemp(folder_.data())) throw std::system_error(errno, std::generic_category(), folder_);
  if (const passwd* user = other_user(); user && ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::system_error(errno, std::generic_category(), folder_);
  }
  int status = -1;
  ::waitpid(run("initdb", "-D data -U tailor -A trust -E UTF8 --locale=C --no-sync"), &status, 0);
  if (status != 0) throw failure("initdb failed:\n{}", read_file(folder_ + "/initdb.log"));
  start();
}

PostgresqlServer::~PostgresqlServer() {
  end(SIGQUIT);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

// Runs one of its programs in the folder, as an unprivileged user, with its output in a file there.
pid_t PostgresqlServer::run(const std::string& program, const std::string& arguments) {
  const std::string command =
      fmt::format("exec {} {} >>{}.log 2>&1", (programs() / program).string(), arguments, program);
  const passwd* user = other_user();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child > 0) return child;
  // In a group of its own, so that Ctrl-C reaches the tests alone.
  ::setpgid(0, 0);
  if (user && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
    ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent || ::chdir(folder_.c_str()) != 0) ::_exit(126);
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  ::_exit(127);
}

std::string PostgresqlServer::url(const std::string& database) const {
  return fmt::format("postgresql://tailor@/{}?host={}", database, folder_);
}

void PostgresqlServer::start() {
  // Without syncs: no test takes the machine's power away.
  server_ =
      run("postgres",
          fmt::format("-D data -k {} -c listen_addresses= -c fsync=off -c max_connections=120", folder_));
  for (int tries = 0; tries < 600; ++tries) {
    if (PQping(url("postgres").c_str()) == PQPING_OK) return;
    if (::waitpid(server_, nullptr, WNOHANG) == server_) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw failure("PostgreSQL does not start:\n{}", read_file(folder_ + "/postgres.log"));
}

void PostgresqlServer::stop() { end(SIGINT); }

void PostgresqlServer::crash() { end(SIGQUIT); }

void PostgresqlServer::end(int signal) {
  if (server_ <= 0) return;
  ::kill(server_, signal);
  ::waitpid(server_, nullptr, 0);
  server_ = 0;
}

PostgresqlServer& postgresql_server() {
  static PostgresqlServer server;
  return server;
}

}  // namespace tailor
