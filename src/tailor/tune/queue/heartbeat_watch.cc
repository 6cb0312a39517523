#include "tailor/tune/queue/heartbeat_watch.h"

#include <algorithm>
#include <utility>

namespace tailor {

using std::chrono::milliseconds;

HeartbeatWatch::HeartbeatWatch(milliseconds grace)
    : grace_(grace),
      watched_(std::min(grace, milliseconds(60'000))),
      longest_gap_(std::max(watched_ * 3 / 4, milliseconds(1000))) {}

void HeartbeatWatch::see(std::span<const Heartbeat> heartbeats, Clock::time_point now) {
  const MutexLock lock(mutex_);
  if (begun_ == Clock::time_point() || now - last_ > longest_gap_) {
    seen_.clear();
    begun_ = now;
  }
  last_ = now;
  std::map<std::string, Seen> seen;
  for (const Heartbeat& h : heartbeats) {
    const auto before = seen_.find(h.worker);
    const bool still = before != seen_.end() && before->second.time == h.time;
    seen[h.worker] = {h.time, h.age, still ? before->second.since : now};
  }
  seen_ = std::move(seen);
}

bool HeartbeatWatch::wants_to_see(Clock::time_point now) const {
  const MutexLock lock(mutex_);
  return begun_ == Clock::time_point() || now - last_ > std::min(milliseconds(10'000), watched_ / 4);
}

bool HeartbeatWatch::has_gone(const std::string& worker) const {
  const MutexLock lock(mutex_);
  if (begun_ == Clock::time_point()) return false;
  const auto seen = seen_.find(worker);
  if (seen == seen_.end()) return last_ - begun_ >= grace_;
  const auto still = last_ - seen->second.since;
  const bool old = seen->second.age > std::chrono::duration<double>(grace_).count();
  return still >= (old ? watched_ : grace_);
}

}  // namespace tailor
