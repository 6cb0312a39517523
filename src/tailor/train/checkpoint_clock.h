// When a training's state is due to be written: often enough that a process that is killed loses little, and
// seldom enough that writing costs little of the time. Times are seconds of any steady clock.
#pragma once

#include <algorithm>

namespace tailor {

class CheckpointClock {
 public:
  // `interval`: between two writes within an epoch. `share`: of the time that writing may take, after the first
  // write, whose cost nobody knows before.
  CheckpointClock(double interval, double share, double now)
      : interval_(interval), share_(share), written_(now) {}

  void wrote(double start, double end) { cost_ = end - start, written_ = end; }

  bool due_after_epoch(double now) const { return now - written_ >= cost_ / share_; }
  // After any other step.
  bool due_within_epoch(double now) const { return now - written_ >= std::max(interval_, cost_ / share_); }

 private:
  double interval_, share_;
  double written_;   // when the last write ended
  double cost_ = 0;  // what it took
};

}  // namespace tailor
