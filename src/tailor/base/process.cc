#include "tailor/base/process.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tailor/base/error.h"

extern char** environ;

namespace tailor {
namespace {

constexpr std::size_t longest_message = 1000;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Nameless temporary files rather than pipes: nobody waits for a full pipe, and a program that ends early
// raises no SIGPIPE here.
File temporary_file() {
  File file(std::tmpfile());
  if (!file) throw system_failure("temporary file", "create");
  return file;
}

std::string content(std::FILE* file) {
  std::string text;
  char buffer[1 << 14];
  std::rewind(file);
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  if (std::ferror(file)) throw system_failure("temporary file", "read");
  return text;
}

// Where a child's standard streams come from.
class Streams {
 public:
  Streams(std::FILE* in, std::FILE* out, std::FILE* err) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, fileno(in), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, fileno(out), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, fileno(err), STDERR_FILENO);
  }
  ~Streams() { posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

}  // namespace

ProgramResult run_program(const std::vector<std::string>& command, std::string_view package,
                          std::string_view input) {
  const File in = temporary_file(), out = temporary_file(), err = temporary_file();
  const bool written = input.empty() || std::fwrite(input.data(), 1, input.size(), in.get()) == input.size();
  if (!written || std::fflush(in.get()) != 0) throw system_failure("temporary file", "write");
  std::rewind(in.get());

  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const Streams streams(in.get(), out.get(), err.get());
  pid_t child = 0;
  const int code = posix_spawnp(&child, arguments[0], streams.get(), nullptr, arguments.data(), environ);
  if (code == ENOENT) throw failure("the program {} is missing: install the package {}", command[0], package);
  if (code != 0)
    throw failure("{}: cannot start: {} (it comes with the package {})", command[0], std::strerror(code),
                  package);

  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw system_failure(command[0], "wait for");
  ProgramResult result;
  result.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  result.output = content(out.get());
  result.errors = content(err.get());
  return result;
}

std::string output_of_program(const std::vector<std::string>& command, std::string_view package,
                              std::string_view input) {
  ProgramResult result = run_program(command, package, input);
  if (result.status == 0) return std::move(result.output);
  std::string message = result.errors.substr(0, longest_message);
  while (!message.empty() && message.back() == '\n') message.pop_back();
  throw failure("{} failed with status {}{}{}", command[0], result.status, message.empty() ? "" : ":\n",
                message);
}

}  // namespace tailor
