// Mutexes that clang's thread-safety analysis knows: which member is guarded by which mutex stands in the code, and
// clang refuses what touches it without (-Wthread-safety, an error in this project's builds with clang; GCC skips it).
//
//   Mutex mutex_;
//   int count_ TAILOR_GUARDED_BY(mutex_) = 0;
//   void add() { const MutexLock lock(mutex_); ++count_; }
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define TAILOR_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define TAILOR_THREAD_ATTRIBUTE(x)
#endif
// The member may be touched only while the mutex is held.
#define TAILOR_GUARDED_BY(mutex) TAILOR_THREAD_ATTRIBUTE(guarded_by(mutex))
// Callers hold the mutex.
#define TAILOR_REQUIRES(...) TAILOR_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))

namespace tailor {

class TAILOR_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() TAILOR_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() TAILOR_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds a mutex for as long as it lives, but for unlock() to lock(), and for waits.
class TAILOR_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) TAILOR_THREAD_ATTRIBUTE(acquire_capability(mutex)) : lock_(mutex.mutex_) {}
  ~MutexLock() TAILOR_THREAD_ATTRIBUTE(release_capability()) {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() TAILOR_THREAD_ATTRIBUTE(acquire_capability()) { lock_.lock(); }
  void unlock() TAILOR_THREAD_ATTRIBUTE(release_capability()) { lock_.unlock(); }

  // May end for no reason: call it in a loop that looks at the condition.
  void wait_until(std::condition_variable& changed, std::chrono::steady_clock::time_point time) {
    changed.wait_until(lock_, time);
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

// For functions that call each other while they hold it.
class TAILOR_THREAD_ATTRIBUTE(capability("mutex")) RecursiveMutex {
 public:
  void lock() TAILOR_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() TAILOR_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::recursive_mutex mutex_;
};

class TAILOR_THREAD_ATTRIBUTE(scoped_lockable) RecursiveMutexLock {
 public:
  explicit RecursiveMutexLock(RecursiveMutex& mutex) TAILOR_THREAD_ATTRIBUTE(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~RecursiveMutexLock() TAILOR_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  RecursiveMutexLock(const RecursiveMutexLock&) = delete;
  RecursiveMutexLock& operator=(const RecursiveMutexLock&) = delete;

 private:
  RecursiveMutex& mutex_;
};

}  // namespace tailor
