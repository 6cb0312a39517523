#include "time_left.h"

#include <algorithm>

namespace tailor {

std::optional<double> TimeLeft::operator()(double done, double left, Clock::time_point now) {
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  if (before_ < 0) before_ = done_ = done;
  if (done != done_) {
    done_ = done;
    heard_ = now;
  }
  if (done <= before_ || left <= 0) return std::nullopt;
  const double each = seconds(heard_ - start_) / (done - before_);
  return std::max(0.0, left * each - seconds(now - heard_));
}

}  // namespace tailor
