// Threads: how they are started, how a thread computes, and workers that go through numbered tasks together.
// The tasks and their order within a worker are fixed by the caller, so that results never depend on how many
// workers there are.
#pragma once

#include <atomic>
#include <cfenv>
#include <cstdint>
#include <functional>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "tailor/base/aligned.h"

namespace tailor {

// Starts a thread. A system that gives none (limits of processes or memory, its own or a container's) is a
// failure that ends with `advice`, what the caller can do with less.
std::thread start_thread(std::function<void()> work, std::string_view advice);

// Brings the calling thread into the state that decides floating-point results: rounding to nearest, no
// floating-point traps, flush-to-zero and denormals-are-zero on, one OpenMP thread (oneDNN plans for as many).
// For threads that do nothing else; all others use a ComputeScope.
void prepare_compute_thread();

// The calling thread computes like that while this lives, and is as it was before afterwards, exception flags
// included. Everything public that plans or computes opens one: a result is the same whatever state its
// caller's thread is in. Takes about 0.1 microseconds.
class ComputeScope {
 public:
  ComputeScope();
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  std::fenv_t environment_;
  int openmp_threads_;
};

class Workers {
 public:
  // `threads` >= 1 counts the calling thread too, which must be in a ComputeScope in run(); threads - 1 are
  // started and live as long as this object. Fewer are a usage error, a thread that cannot be started a
  // failure.
  explicit Workers(int threads = 1);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return static_cast<int>(helpers_.size()) + 1; }

  // Calls task(i) for each i in [0, count), worker w taking w, w + threads, w + 2 threads, …; returns when
  // all are done. `task` must not throw. No allocation, no lock while work is short; workers that get no task
  // stay asleep.
  template <class Task>
  void run(int count, Task&& task) {
    using Function = std::remove_reference_t<Task>;
    if (helpers_.empty() || count <= 1) {
      for (int i = 0; i < count; ++i) task(i);
    } else {
      dispatch([](void* context, int i) { (*static_cast<Function*>(context))(i); },
               const_cast<void*>(static_cast<const void*>(&task)), count);
    }
  }

 private:
  using Call = void (*)(void* context, int i);
  struct alignas(cache_line) Helper {
    std::atomic<std::uint32_t> round{0};  // of dispatches that it takes part in
    std::thread thread;
  };
  void dispatch(Call call, void* context, int count);
  void work(Helper& helper, int worker);
  void share(int worker) const;
  void stop();

  std::vector<Helper> helpers_;
  // Written by the caller before a helper's round is advanced, read by the helper after.
  Call call_ = nullptr;
  void* context_ = nullptr;
  int count_ = 0;
  std::atomic<int> busy_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace tailor
