#include "tailor/analysis/spread.h"

#include <algorithm>
#include <cmath>

#include "tailor/tune/study_summary.h"

namespace tailor {
namespace {

constexpr int most_bins = 40, most_budgets = 12;

FiveNumbers five_numbers(std::vector<double> values, bool maximize) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) { return quantile(values, maximize ? q : 1 - q); };
  return {static_cast<int>(values.size()), at(0), at(0.25), at(0.5), at(0.75), at(1)};
}

void add_histogram(Spread& spread, const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const int bins =
      *low == *high
          ? 1
          : std::clamp(static_cast<int>(2 * std::cbrt(static_cast<double>(values.size()))) * 2, 5, most_bins);
  const double width = *low == *high ? 1 : (*high - *low) / bins;
  for (int i = 0; i <= bins; ++i) spread.edges.push_back(i == bins && bins > 1 ? *high : *low + width * i);
  spread.counts.assign(static_cast<std::size_t>(bins), 0);
  for (const double v : values)
    ++spread.counts[static_cast<std::size_t>(std::clamp(static_cast<int>((v - *low) / width), 0, bins - 1))];
}

// Budgets that many trials ended at come first in importance, but an even choice shows the same.
void add_budgets(Spread& spread, const StudyTable& table) {
  std::size_t longest = 0;
  for (const StudyRow& row : table.trials) longest = std::max(longest, row.epochs.size());
  std::vector<std::size_t> budgets;
  for (int k = 0; k < most_budgets && longest > 0; ++k) {
    const double share =
        longest <= most_budgets
            ? (k + 1.0) / static_cast<double>(longest)
            : std::pow(static_cast<double>(longest), k / (most_budgets - 1.0)) / static_cast<double>(longest);
    const auto epochs = static_cast<std::size_t>(std::lround(share * static_cast<double>(longest)));
    if (epochs <= longest && (budgets.empty() || epochs > budgets.back())) budgets.push_back(epochs);
  }
  for (const std::size_t epochs : budgets) {
    std::vector<double> values;
    for (const StudyRow& row : table.trials)
      if (row.epochs.size() >= epochs && std::isfinite(row.epochs[epochs - 1]))
        values.push_back(row.epochs[epochs - 1]);
    if (!values.empty())
      spread.by_budget.push_back({static_cast<int>(epochs), five_numbers(values, table.maximize)});
  }
}

}  // namespace

std::optional<Spread> spread(const StudyTable& table) {
  std::vector<double> values;
  Spread s;
  double ended = 0;
  std::optional<double> untuned;
  for (const StudyRow& row : table.trials) {
    if (!is_finished(row.state) && !row.paused) continue;
    ++ended;
    s.pruned += row.state == TrialState::pruned || row.paused;
    s.failed += row.state == TrialState::failed;
    s.diverged += row.state == TrialState::failed && row.failure.find("diverged") != std::string::npos;
    if (row.state != TrialState::failed && std::isfinite(row.last())) values.push_back(row.last());
    if (row.role == TrialRole::untuned && row.complete()) untuned = row.value;
  }
  if (values.empty()) return std::nullopt;
  s.values = five_numbers(values, table.maximize);
  s.bad_is_untuned = untuned.has_value();
  s.bad_below = untuned.value_or(s.values.median);
  s.bad = static_cast<double>(
      std::count_if(values.begin(), values.end(), [&](double v) { return table.better(s.bad_below, v); }));
  for (double* share : {&s.bad, &s.pruned, &s.diverged, &s.failed}) *share /= ended;
  add_histogram(s, values);
  add_budgets(s, table);
  return s;
}

}  // namespace tailor
