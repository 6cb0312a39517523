#include "tailor/analysis/spread.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tailor/math/quantiles.h"
#include "tailor/tune/study/study_summary.h"

namespace tailor {
namespace {

constexpr int most_histogram_bins = 40;

FiveNumbers five_numbers(std::vector<double> values, bool maximize) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) { return quantile(values, maximize ? q : 1 - q); };
  return {static_cast<int>(values.size()), at(0), at(0.25), at(0.5), at(0.75), at(1)};
}

void add_histogram(Spread& spread, const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const int bins = *low == *high
                       ? 1
                       : std::clamp(static_cast<int>(2 * std::cbrt(static_cast<double>(values.size()))) * 2,
                                    5, most_histogram_bins);
  const double width = *low == *high ? 1 : (*high - *low) / bins;
  for (int i = 0; i <= bins; ++i) spread.edges.push_back(i == bins && bins > 1 ? *high : *low + width * i);
  spread.counts.assign(static_cast<std::size_t>(bins), 0);
  for (const double v : values)
    ++spread.counts[static_cast<std::size_t>(std::clamp(static_cast<int>((v - *low) / width), 0, bins - 1))];
}

}  // namespace

std::optional<Spread> spread(const StudyTable& table) {
  std::vector<double> values;
  std::map<int, int> cut_short;
  Spread s;
  std::optional<double> untuned;
  for (const StudyRow& row : table.trials) {
    if (!is_finished(row.state) && !row.paused) continue;
    ++s.ended;
    s.failed += row.state == TrialState::failed;
    s.diverged += row.state == TrialState::failed && row.failure.find("diverged") != std::string::npos;
    if (row.cut_short()) ++s.cut, ++cut_short[static_cast<int>(row.epochs.size())];
    if (!row.has_result()) continue;
    values.push_back(row.value);
    s.chosen |= !row.unconditional && row.role != TrialRole::untuned;
    if (row.role == TrialRole::untuned) untuned = row.value;
  }
  if (values.empty()) return std::nullopt;
  s.values = five_numbers(values, table.maximize);
  s.chosen &= !cut_short.empty();
  if (untuned && values.size() > 1) {
    const auto worse =
        std::count_if(values.begin(), values.end(), [&](double v) { return table.better(*untuned, v); });
    s.against_default = {*untuned, static_cast<int>(worse), static_cast<int>(values.size()) - 1};
  }
  for (double* share : {&s.cut, &s.diverged, &s.failed}) *share /= s.ended;
  for (const auto& [epochs, trials] : cut_short) s.cut_short.push_back({epochs, trials});
  add_histogram(s, values);
  return s;
}

}  // namespace tailor
