#include "threads_option.h"

#include <fmt/format.h>

#include "tailor/nn/operators/pass.h"
#include "warn.h"

namespace tailor {

void add_threads_option(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "Changes the speed, never the result; 8 at most have work")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
}

int useful_threads(int asked) {
  if (asked <= max_lanes) return asked;
  warn({fmt::format("--threads {}: {} are used, as no more have work: a batch is divided into {} parts",
                    asked, max_lanes, max_lanes)});
  return max_lanes;
}

}  // namespace tailor
