#include "tailor/base/threads.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <omp.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "tailor/base/error.h"

namespace tailor {
namespace {

// Spins before sleeping: a step's parallel parts follow each other within microseconds.
constexpr int spins = 20000;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace

std::thread start_thread(std::function<void()> work, std::string_view advice) {
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error& error) {
    throw failure(
        "cannot start another thread: {}; a limit of the account (ulimit -u), of the container or control "
        "group (pids.max) or of memory (ulimit -v) is reached: {}",
        error.code().message(), advice);
  }
}

void prepare_compute_thread() {
  std::fesetenv(FE_DFL_ENV);
#if defined(__x86_64__)
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  _mm_setcsr(_mm_getcsr() | 0x0040);  // denormals are zero
#elif defined(__aarch64__)
  std::uint64_t control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" ::"r"(control | (1u << 24)));
#endif
  omp_set_num_threads(1);
}

ComputeScope::ComputeScope() : openmp_threads_(omp_get_max_threads()) {
  std::fegetenv(&environment_);
  prepare_compute_thread();
}

ComputeScope::~ComputeScope() {
  std::fesetenv(&environment_);
  omp_set_num_threads(openmp_threads_);
}

Workers::Workers(int threads)
    : helpers_(threads < 1 ? throw usage_error("threads: expected 1 or more, got {}", threads)
                           : static_cast<std::size_t>(threads) - 1) {
  try {
    for (int w = 1; w < threads; ++w) {
      Helper& helper = helpers_[static_cast<std::size_t>(w) - 1];
      helper.thread = start_thread([this, &helper, w] { work(helper, w); },
                                   fmt::format("compute with fewer threads than {}", threads));
    }
  } catch (...) {
    stop();
    throw;
  }
}

Workers::~Workers() { stop(); }

void Workers::stop() {
  stopping_.store(true);
  for (Helper& helper : helpers_) {
    if (!helper.thread.joinable()) continue;
    helper.round.fetch_add(1);
    helper.round.notify_one();
    helper.thread.join();
  }
}

void Workers::dispatch(Call call, void* context, int count) {
  call_ = call, context_ = context, count_ = count;
  const int active = std::min(threads(), count) - 1;
  busy_.store(active, std::memory_order_relaxed);
  for (int h = 0; h < active; ++h) {
    std::atomic<std::uint32_t>& round = helpers_[static_cast<std::size_t>(h)].round;
    round.fetch_add(1, std::memory_order_release);
    round.notify_one();
  }
  share(0);
  while (busy_.load(std::memory_order_acquire) != 0) pause();
}

void Workers::share(int worker) const {
  for (int i = worker; i < count_; i += threads()) call_(context_, i);
}

void Workers::work(Helper& helper, int worker) {
  prepare_compute_thread();
  for (std::uint32_t seen = 0;;) {
    for (int i = 0; i < spins && helper.round.load(std::memory_order_acquire) == seen; ++i) pause();
    helper.round.wait(seen, std::memory_order_acquire);
    seen = helper.round.load(std::memory_order_acquire);
    if (stopping_.load()) return;
    share(worker);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace tailor
