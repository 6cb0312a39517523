#include "threads_option.h"

#include <cstdio>

#include "tailor/nn/operators/pass.h"

namespace tailor {

void add_threads_option(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "Changes the speed, never the result; 8 at most have work")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
}

int useful_threads(int asked) {
  if (asked <= max_lanes) return asked;
  std::fprintf(stderr,
               "tailor: --threads %d: %d are used, as no more have work: a batch is divided into %d parts\n",
               asked, max_lanes, max_lanes);
  return max_lanes;
}

}  // namespace tailor
