// Pruning: what ending trials early saved, and how well early values tell final ones.
#pragma once

#include <cstdint>
#include <optional>

#include "tailor/analysis/study_table.h"

namespace tailor {

struct Pruning {
  std::int64_t epochs_trained = 0, epochs_full = 0;  // of all trials that were not failures
  double saved_share = 0;
  int first_decision = 0;  // the earliest epoch after which a trial was ended
  // After that epoch and at the end (Spearman), over trials that were trained to the end whatever they
  // showed: among those that pruning let go on the ranks agree less than among all.
  std::optional<double> rank_correlation{};
};

// Nothing if no trial was ended early.
std::optional<Pruning> pruning(const StudyTable& table);

}  // namespace tailor
