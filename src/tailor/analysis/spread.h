// Spread: how widely the results of a study lie. A result is the value of a trial that was trained to its
// end; trials that were cut short have none and are only counted.
#pragma once

#include <optional>
#include <vector>

#include "tailor/analysis/study_table.h"

namespace tailor {

// From worse to better, whichever way the measure goes.
struct FiveNumbers {
  int count = 0;
  double worst = 0, q1 = 0, median = 0, q3 = 0, best = 0;
};

struct CutShort {
  int epochs = 0;  // after which they were pruned or are paused
  int trials = 0;
};

// Complete trials beside the untuned default's value, itself not among them.
struct AgainstDefault {
  double value = 0;  // the default's
  int worse = 0, of = 0;
};

struct Spread {
  FiveNumbers values;  // of complete trials
  std::optional<AgainstDefault> against_default{};
  int ended = 0;                             // complete, cut short or failed
  std::vector<CutShort> cut_short{};         // ascending epochs
  double cut = 0, diverged = 0, failed = 0;  // shares of those that ended; failed ones include diverged ones
  int predicted = 0;                         // of those that were cut short: see final_value.h
  bool chosen = false;                       // results decided who was trained to the end
  std::vector<double> edges{};               // ascending, one more than counts
  std::vector<int> counts{};
};

// Nothing if no trial is complete.
std::optional<Spread> spread(const StudyTable& table);

}  // namespace tailor
