// How long work will still take, by how long it took so far: counts down while nothing is heard of it.
#pragma once

#include <chrono>
#include <optional>

namespace tailor {

class TimeLeft {
 public:
  using Clock = std::chrono::steady_clock;

  explicit TimeLeft(Clock::time_point start = Clock::now()) : start_(start) {}

  // Seconds from `now` on, with so much work done and left, in any one unit. What the first call says is done
  // was done before `start`. Nothing before some more is done, and when nothing is left.
  std::optional<double> operator()(double done, double left, Clock::time_point now = Clock::now());

 private:
  const Clock::time_point start_;
  Clock::time_point heard_{};  // when `done` changed last
  double done_ = 0, before_ = -1;
};

}  // namespace tailor
