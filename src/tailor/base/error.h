// Errors as part of the product: every failure that a user can cause or meet is an Error with one message
// that says what, where, what was expected and what to do. The library throws; only apps/tailor/main.cc
// prints and exits.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace tailor {

// The command's documented exit codes.
enum class ExitCode { done = 0, failed = 1, usage = 2, bad_input = 3, interrupted = 130 };

class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// The run itself cannot go on: disk full, training diverged, a tool missing.
template <class... Args>
[[nodiscard]] Error failure(fmt::format_string<Args...> text, Args&&... args) {
  return Error(ExitCode::failed, fmt::format(text, std::forward<Args>(args)...));
}

// The command line asks for something that does not exist or is out of range.
template <class... Args>
[[nodiscard]] Error usage_error(fmt::format_string<Args...> text, Args&&... args) {
  return Error(ExitCode::usage, fmt::format(text, std::forward<Args>(args)...));
}

// A file that was given does not hold what it should: say the file, the place, expected and got.
template <class... Args>
[[nodiscard]] Error bad_input(fmt::format_string<Args...> text, Args&&... args) {
  return Error(ExitCode::bad_input, fmt::format(text, std::forward<Args>(args)...));
}

// "[path]: cannot <action>: <reason of errno>", a failure.
[[nodiscard]] Error system_failure(const std::string& path, const std::string& action);

}  // namespace tailor
