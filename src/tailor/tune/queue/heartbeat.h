// Tells other machines that this process still works on its trials, and looks whether they do. Has a thread
// and a connection of its own, so that neither training nor waiting for storage delays it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "tailor/storage/storage.h"

namespace tailor {

class Heart {
 public:
  // Calls `beat` at once and every interval, as long as this lives.
  Heart(std::string storage_url, std::chrono::milliseconds interval, std::function<void(Storage&)> beat);
  ~Heart();
  Heart(const Heart&) = delete;
  Heart& operator=(const Heart&) = delete;

 private:
  void run();

  const std::string url_;
  const std::chrono::milliseconds interval_;
  const std::function<void(Storage&)> beat_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;     // last: the others are made before it starts
};

}  // namespace tailor
