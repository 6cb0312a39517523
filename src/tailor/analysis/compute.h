// Where the computing went: the ledger of useful and wasted training.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tailor/analysis/study_table.h"

namespace tailor {

// In the order in which they take a trial: it counts for the first that fits.
enum class ComputeKind {
  failed,         // diverged, or its process died
  duplicate,      // the setting of an earlier trial, and the default is none
  pruned,         // ended early
  after_optimum,  // complete, and started after the best trial
  useful,
  confirmation,  // of `tailor confirm`: not a study's own, added by whoever knows of it
  spread,        // of `tailor spread`: the same
};

struct ComputeItem {
  ComputeKind kind = ComputeKind::useful;
  double seconds = 0;
  int trials = 0;
  std::int64_t epochs = 0;
};

// One item for each kind that has trials, in the enumeration's order; each trial that was trained is in one.
std::vector<ComputeItem> compute_ledger(const StudyTable& table);
// All runs of the confirmations, or of the spread experiments, together.
ComputeItem runs_compute(Storage& storage, ComputeKind kind, std::span<const StudyId> studies);

}  // namespace tailor
