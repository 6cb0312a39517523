// Pruning: what ending trials early saved, how well early results told the final ones, and who was ended
// although ahead of the best trial at the same epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tailor/analysis/study_table.h"

namespace tailor {

struct PruningRegret {
  int trial = 0;
  int epoch = 0;         // after which it was ended
  double value = 0;      // its measure then
  double best_then = 0;  // the best trial's at the same epoch
};

struct Pruning {
  std::int64_t epochs_trained = 0, epochs_full = 0;  // of all trials that were not failures
  double saved_share = 0;
  int first_decision = 0;  // the earliest epoch after which a trial was ended
  std::optional<double> rank_correlation{};  // of complete trials: after that epoch, and at the end (Spearman)
  std::vector<PruningRegret> regrets{};      // the furthest ahead first
};

// Nothing if no trial was ended early.
std::optional<Pruning> pruning(const StudyTable& table);

}  // namespace tailor
