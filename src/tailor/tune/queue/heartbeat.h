// Tells other machines that this process still works on its trials. Has a thread and a connection of its own,
// so that neither training nor waiting for storage delays it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tailor/storage/trial_record.h"

namespace tailor {

class Heart {
 public:
  Heart(std::string storage_url, std::chrono::milliseconds interval);
  ~Heart();
  Heart(const Heart&) = delete;
  Heart& operator=(const Heart&) = delete;

  // From now on, until remove() returns, a heartbeat is recorded for the trial every interval.
  void add(TrialId trial);
  void remove(TrialId trial);

 private:
  void beat();

  const std::string url_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;  // held while heartbeats are recorded; guards all below
  std::condition_variable changed_;
  std::vector<TrialId> trials_;
  bool stopping_ = false;
  std::thread thread_;  // last: the others are made before it starts
};

}  // namespace tailor
