// Other programs (rsvg-convert, gnuplot) as subprocesses: found on PATH, run without a shell, waited for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tailor {

struct ProgramResult {
  int status = 0;      // its exit status; 128 + the signal's number if a signal ended it
  std::string output;  // all of its standard output
  std::string errors;  // all of its standard error
};

// Runs command[0] with the other items as its arguments and `input` on its standard input. A program that is
// missing or cannot be started is a failure that names `package`, the distribution's package to install. Its
// own failing is not.
ProgramResult run_program(const std::vector<std::string>& command, std::string_view package,
                          std::string_view input = {});

// Its standard output; exit statuses other than 0 are a failure with the first lines of its standard error.
std::string output_of_program(const std::vector<std::string>& command, std::string_view package,
                              std::string_view input = {});

}  // namespace tailor
