#include "tailor/analysis/pruning.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tailor/analysis/statistics.h"

namespace tailor {

std::optional<Pruning> pruning(const StudyTable& table) {
  Pruning p;
  for (const StudyRow& row : table.trials) {
    if (!row.complete() && !row.cut_short()) continue;
    const auto epochs = static_cast<std::int64_t>(row.epochs.size());
    p.epochs_trained += epochs;
    p.epochs_full += row.complete() ? epochs : std::max<std::int64_t>(epochs, table.definition.budget.epochs);
    if (row.cut_short() && epochs > 0 && (p.first_decision == 0 || epochs < p.first_decision))
      p.first_decision = static_cast<int>(epochs);
  }
  if (p.first_decision == 0) return std::nullopt;
  p.saved_share = 1 - static_cast<double>(p.epochs_trained) / static_cast<double>(p.epochs_full);

  std::vector<double> early, late;
  const auto first = static_cast<std::size_t>(p.first_decision);
  for (const StudyRow& row : table.trials) {
    if (!row.unconditional || !row.has_result() || row.epochs.size() <= first ||
        std::isnan(row.epochs[first - 1]))
      continue;
    early.push_back(row.epochs[first - 1]);
    late.push_back(row.value);
  }
  if (const double r = rank_correlation(early, late); std::isfinite(r)) p.rank_correlation = r;
  return p;
}

}  // namespace tailor
