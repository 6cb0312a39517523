// Ctrl-C asks a training to stop after its current step; a second one ends the program at once.
#pragma once

#include <atomic>

namespace tailor {

// Installs the handlers for SIGINT and SIGTERM; the flag becomes true at the first signal.
const std::atomic<bool>& catch_interrupts();

}  // namespace tailor
