// Ctrl-C, a lost terminal, SIGTERM or the end of the processor's time (`ulimit -t`, batch systems) asks a training to
// stop after its current step, however often it is sent; Ctrl-C again after two seconds ends the program at once.
#pragma once

#include <atomic>

namespace tailor {

// Installs the handlers for SIGINT, SIGTERM, SIGHUP and SIGXCPU, where they are not ignored; the flag becomes true at
// the first signal. From then on a closed pipe behind the output is no reason to end either.
const std::atomic<bool>& catch_interrupts();

}  // namespace tailor
