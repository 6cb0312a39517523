// Tells other machines that this process still works on its trials, and looks whether they do. Has a thread
// and a connection of its own, so that neither training nor waiting for storage delays it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <string>
#include <thread>

#include "tailor/base/mutex.h"
#include "tailor/storage/storage.h"

namespace tailor {

class HeartbeatThread {
 public:
  // Calls `beat` at once and every interval, as long as this lives.
  HeartbeatThread(std::string storage_url, std::chrono::milliseconds interval,
                  std::function<void(Storage&)> beat);
  ~HeartbeatThread();
  HeartbeatThread(const HeartbeatThread&) = delete;
  HeartbeatThread& operator=(const HeartbeatThread&) = delete;

 private:
  void run();

  const std::string url_;
  const std::chrono::milliseconds interval_;
  const std::function<void(Storage&)> beat_;
  Mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ TAILOR_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: the others are made before it starts
};

}  // namespace tailor
