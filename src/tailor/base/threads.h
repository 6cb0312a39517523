// Threads that work through numbered tasks together. The tasks and their order within a worker are fixed by
// the caller, so that results never depend on how many workers there are.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace tailor {

// Settings that decide floating-point results and oneDNN's threading, for every thread that plans or
// computes: flush-to-zero and denormals-are-zero on, one OpenMP thread. Workers calls it in each of its
// threads.
void prepare_compute_thread();

class Workers {
 public:
  // `threads` >= 1 counts the calling thread too (which is prepared for computing); threads - 1 are started
  // and live as long as this object.
  explicit Workers(int threads = 1);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return static_cast<int>(helpers_.size()) + 1; }

  // Calls task(i) for each i in [0, count), worker w taking w, w + threads, w + 2 threads, …; returns when
  // all are done. `task` must not throw. No allocation, no lock while work is short.
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
  void dispatch(Call call, void* context, int count);
  void work(int worker, int threads);
  void share(int worker, int threads) const;

  std::vector<std::thread> helpers_;
  // Written by the caller before `round_` is advanced, read by the helpers after.
  Call call_ = nullptr;
  void* context_ = nullptr;
  int count_ = 0;
  std::atomic<std::uint32_t> round_{0};
  std::atomic<int> busy_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace tailor
