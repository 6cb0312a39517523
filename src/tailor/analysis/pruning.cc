#include "tailor/analysis/pruning.h"

#include <algorithm>
#include <cmath>

#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

constexpr std::size_t most_regrets = 20;

bool ended_early(const StudyRow& row) { return row.state == TrialState::pruned || row.paused; }

}  // namespace

std::optional<Pruning> pruning(const StudyTable& table) {
  Pruning p;
  for (const StudyRow& row : table.trials) {
    if (!row.complete() && !ended_early(row)) continue;
    const auto epochs = static_cast<std::int64_t>(row.epochs.size());
    p.epochs_trained += epochs;
    p.epochs_full += row.complete() ? epochs : std::max<std::int64_t>(epochs, table.definition.budget.epochs);
    if (ended_early(row) && epochs > 0 && (p.first_decision == 0 || epochs < p.first_decision))
      p.first_decision = static_cast<int>(epochs);
  }
  if (p.first_decision == 0) return std::nullopt;
  p.saved_share = 1 - static_cast<double>(p.epochs_trained) / static_cast<double>(p.epochs_full);

  std::vector<double> early, late;
  const auto first = static_cast<std::size_t>(p.first_decision);
  for (const StudyRow& row : table.trials) {
    if (!row.complete() || row.epochs.size() <= first || !std::isfinite(row.value)) continue;
    early.push_back(row.epochs[first - 1]);
    late.push_back(row.value);
  }
  if (const double r = rank_correlation(early, late); std::isfinite(r)) p.rank_correlation = r;

  const auto best = table.best();
  if (!best) return p;
  const std::vector<double>& path = table.trials[*best].epochs;
  for (const StudyRow& row : table.trials) {
    const std::size_t epochs = row.epochs.size();
    if (!ended_early(row) || epochs == 0 || epochs > path.size()) continue;
    if (table.better(row.epochs.back(), path[epochs - 1]))
      p.regrets.push_back({row.number, static_cast<int>(epochs), row.epochs.back(), path[epochs - 1]});
  }
  std::stable_sort(p.regrets.begin(), p.regrets.end(), [](const PruningRegret& a, const PruningRegret& b) {
    return std::abs(a.value - a.best_then) > std::abs(b.value - b.best_then);
  });
  if (p.regrets.size() > most_regrets) p.regrets.resize(most_regrets);
  return p;
}

}  // namespace tailor
