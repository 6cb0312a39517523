// Which workers' heartbeats stand still. One look is not enough to tell: when a database comes back after an
// outage all heartbeats are old, and when its clock is set they seem to be. So a heartbeat must also have
// been seen to stand still, while the database could be reached all the time. Used by the job queue for
// workers that it cannot see.
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>

#include "tailor/base/mutex.h"
#include "tailor/storage/storage.h"

namespace tailor {

class HeartbeatWatch {
 public:
  using Clock = std::chrono::steady_clock;

  // A worker has gone when its heartbeat is older than `grace` and was seen to stand still for a minute, or
  // for `grace` if that is shorter; or when it was seen to stand still for `grace`, however young it looks.
  explicit HeartbeatWatch(std::chrono::milliseconds grace);

  // All there are. Who looks less often than about twice a minute sees nothing stand still.
  void see(std::span<const Heartbeat> heartbeats, Clock::time_point now);
  // Whether it is time for another look.
  bool wants_to_see(Clock::time_point now) const;
  // As of the last look. A worker without a heartbeat counts as one whose heartbeat stands still.
  bool has_gone(const std::string& worker) const;

 private:
  struct Seen {
    std::string time;
    double age = 0;
    Clock::time_point since;  // it has been this
  };

  const std::chrono::milliseconds grace_, watched_, longest_gap_;
  mutable Mutex mutex_;
  std::map<std::string, Seen> seen_ TAILOR_GUARDED_BY(mutex_);
  // Looks without gaps.
  Clock::time_point begun_ TAILOR_GUARDED_BY(mutex_){};
  Clock::time_point last_ TAILOR_GUARDED_BY(mutex_){};
};

}  // namespace tailor
