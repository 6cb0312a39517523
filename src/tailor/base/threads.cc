#include "tailor/base/threads.h"

#include <omp.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

void prepare_compute_thread() {
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

Workers::Workers(int threads) {
  prepare_compute_thread();
  for (int w = 1; w < threads; ++w) helpers_.emplace_back([this, w, threads] { work(w, threads); });
}

Workers::~Workers() {
  stopping_.store(true);
  round_.fetch_add(1);
  round_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Workers::dispatch(Call call, void* context, int count) {
  call_ = call, context_ = context, count_ = count;
  busy_.store(static_cast<int>(helpers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  share(0, threads());
  while (busy_.load(std::memory_order_acquire) != 0) pause();
}

void Workers::share(int worker, int threads) const {
  for (int i = worker; i < count_; i += threads) call_(context_, i);
}

void Workers::work(int worker, int threads) {
  prepare_compute_thread();
  for (std::uint32_t seen = 0;;) {
    for (int i = 0; i < spins && round_.load(std::memory_order_acquire) == seen; ++i) pause();
    round_.wait(seen, std::memory_order_acquire);
    seen = round_.load(std::memory_order_acquire);
    if (stopping_.load()) return;
    share(worker, threads);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace tailor
