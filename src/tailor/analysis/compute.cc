#include "tailor/analysis/compute.h"

#include <algorithm>
#include <unordered_map>

#include "tailor/tune/study/study_view.h"

namespace tailor {
namespace {

// Whether each trial has the setting of an earlier one.
std::vector<bool> repeated(const StudyTable& table) {
  std::vector<bool> result(table.trials.size(), false);
  std::unordered_multimap<std::uint64_t, std::size_t> seen;
  for (std::size_t i = 0; i < table.trials.size(); ++i) {
    const StudyRow& row = table.trials[i];
    if (row.role == TrialRole::untuned) continue;  // what it has beyond the space may differ
    const std::uint64_t hash = setting_hash(row.assignment);
    const auto [from, to] = seen.equal_range(hash);
    result[i] = std::any_of(from, to, [&](const auto& entry) {
      return same_setting(table.trials[entry.second].assignment, row.assignment);
    });
    seen.emplace(hash, i);
  }
  return result;
}

}  // namespace

std::vector<ComputeItem> compute_ledger(const StudyTable& table) {
  const std::vector<bool> again = repeated(table);
  const auto best = table.best();
  std::vector<ComputeItem> items;
  for (const ComputeKind kind : {ComputeKind::failed, ComputeKind::duplicate, ComputeKind::pruned,
                                 ComputeKind::after_optimum, ComputeKind::useful})
    items.push_back({.kind = kind});
  for (std::size_t i = 0; i < table.trials.size(); ++i) {
    const StudyRow& row = table.trials[i];
    if (row.state == TrialState::waiting ||
        (row.epochs.empty() && row.seconds == 0 && !is_finished(row.state)))
      continue;
    const bool pruned = row.state == TrialState::pruned || row.paused;
    const ComputeKind kind = row.state == TrialState::failed       ? ComputeKind::failed
                             : again[i]                            ? ComputeKind::duplicate
                             : pruned                              ? ComputeKind::pruned
                             : row.complete() && best && i > *best ? ComputeKind::after_optimum
                                                                   : ComputeKind::useful;
    ComputeItem& item = items[static_cast<std::size_t>(kind)];
    item.seconds += row.seconds;
    item.epochs += static_cast<std::int64_t>(row.epochs.size());
    ++item.trials;
  }
  for (const StudyRow& row : table.repeats) {
    ComputeItem& item = items[static_cast<std::size_t>(
        row.state == TrialState::failed ? ComputeKind::failed : ComputeKind::useful)];
    item.seconds += row.seconds;
    item.epochs += static_cast<std::int64_t>(row.epochs.size());
    ++item.trials;
  }
  std::erase_if(items, [](const ComputeItem& item) { return item.trials == 0; });
  return items;
}

ComputeItem runs_compute(Storage& storage, ComputeKind kind, std::span<const StudyId> studies) {
  ComputeItem item{.kind = kind};
  for (const StudyId study : studies) {
    StudyView view(study);
    storage.read_transaction([&] { view.refresh(storage); });
    for (const StudyTrial& run : view.trials()) {
      item.seconds += run.seconds;
      item.epochs += static_cast<std::int64_t>(run.costs.size());
      ++item.trials;
    }
  }
  return item;
}

}  // namespace tailor
