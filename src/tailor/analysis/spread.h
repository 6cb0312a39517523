// Spread: how widely results vary over a search space, from worst to best, and by how long trials were
// trained.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "tailor/analysis/study_table.h"

namespace tailor {

// From worse to better, whichever way the measure goes.
struct FiveNumbers {
  int count = 0;
  double worst = 0, q1 = 0, median = 0, q3 = 0, best = 0;
};

struct SpreadAfter {
  int epochs = 0;
  FiveNumbers values;  // of every trial that came as far
};

struct Spread {
  FiveNumbers values;    // last results of all trials that have one, also of those that were ended early
  double bad_below = 0;  // bad: worse than the default; without one: than the median. See bad_is_untuned
  bool bad_is_untuned = false;
  double bad = 0, pruned = 0, diverged = 0, failed = 0;  // shares of all trials that ended
  std::vector<double> edges;                             // ascending, one more than counts
  std::vector<int> counts;
  std::vector<SpreadAfter> by_budget;  // at most 12, ascending epochs
};

// Nothing if no trial has a value.
std::optional<Spread> spread(const StudyTable& table);

}  // namespace tailor
