#include "signals.h"

#include <csignal>
#include <ctime>

namespace tailor {
namespace {

std::atomic<bool> interrupted{false};
std::atomic<std::time_t> first_time{0};  // seconds
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::time_t>::is_always_lock_free);

std::time_t seconds_now() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

// A lost terminal hangs up twice (the shell's signal and the kernel's), `kill` in a loop asks more often, and
// impatient fingers press Ctrl-C twice: all of that is one wish. Who presses it again after a while means it.
extern "C" void on_signal(int signal) {
  constexpr std::time_t while_it_saves = 2;
  if (!interrupted.exchange(true)) {
    first_time = seconds_now();
  } else if (signal == SIGINT && seconds_now() - first_time >= while_it_saves) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  }
}

}  // namespace

const std::atomic<bool>& catch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);  // nohup, or a shell's background
  }
  // A pager or `tee` that has gone takes the output with it, not the work.
  std::signal(SIGPIPE, SIG_IGN);
  return interrupted;
}

}  // namespace tailor
