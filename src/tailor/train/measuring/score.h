// What is counted of a network's answers: loss and accuracy, and the confusion of classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tailor {

// Mean cross-entropy (nats; without label smoothing outside training) and accuracy over `count` images.
struct Score {
  double loss = 0;
  double accuracy = 0;  // 0 to 1
  std::int64_t count = 0;
  double loss_error = 0;  // standard error of the mean loss over images; 0 where not measured
};

// Predicted against true classes.
struct Confusion {
  int classes = 0;
  std::vector<std::int64_t> counts;  // [true][predicted]

  std::int64_t at(int truth, int predicted) const {
    return counts[static_cast<std::size_t>(truth) * classes + predicted];
  }
};

inline Confusion empty_confusion(int classes) {
  return {classes, std::vector<std::int64_t>(static_cast<std::size_t>(classes) * classes)};
}

struct Interval {
  double low = 0, high = 0;
};

inline constexpr double z95 =
    1.959963984540054;  // a normal value lies within so many deviations 95 % of the time

// Wilson's 95 % interval for a share of successes (Wilson, JASA 22 (1927) 209); `count`, of which it is a share, need not be
// whole.
Interval wilson_interval(double share, double count);
inline Interval wilson_interval(double share, std::int64_t count) {
  return wilson_interval(share, static_cast<double>(count));
}

}  // namespace tailor
