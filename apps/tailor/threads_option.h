// --threads of the commands that compute in one process.
#pragma once

#include <CLI/CLI.hpp>

namespace tailor {

void add_threads_option(CLI::App& command, int& threads);

// What was asked for, or the most that have anything to do, with a word on standard error.
int useful_threads(int asked);

}  // namespace tailor
