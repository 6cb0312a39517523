#include "tailor/analysis/metric_table.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "tailor/analysis/statistics.h"

namespace tailor {
namespace {

std::optional<SettingMetrics> setting_metrics(std::string name,
                                              const std::vector<const MetricEstimates*>& networks) {
  if (networks.empty()) return std::nullopt;
  SettingMetrics setting{std::move(name), static_cast<int>(networks.size())};
  for (std::size_t m = 0; m < metric_count; ++m) {
    std::vector<MetricEstimate> each;
    for (const MetricEstimates* estimates : networks) each.push_back((*estimates)[m]);
    setting.values[m] = over_networks(each, static_cast<Metric>(m));
  }
  return setting;
}

// A trial's own training and the repeats of its setting.
std::optional<SettingMetrics> of_trial(const StudyTable& study, std::size_t place, std::string name) {
  const Assignment& setting = study.trials[place].assignment;
  const auto same = [&](const Assignment& other) {
    return std::equal(setting.begin(), setting.end(), other.begin(), other.end(),
                      [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
  };
  std::vector<const MetricEstimates*> networks;
  const auto add = [&](const StudyRow& row) {
    if (row.complete() && row.metrics) networks.push_back(&*row.metrics);
  };
  add(study.trials[place]);
  for (const StudyRow& row : study.repeats)
    if (same(row.assignment)) add(row);
  return setting_metrics(std::move(name), networks);
}

// A candidate's final runs.
struct CandidateMetrics {
  std::optional<SettingMetrics> validation, test;
};

CandidateMetrics of_candidate(const ConfirmationTable& confirmation, std::size_t place) {
  const ConfirmationCandidate& candidate = confirmation.candidates[place];
  std::vector<const MetricEstimates*> validation, test;
  for (const ConfirmationRun& run : candidate.runs) {
    if (!run.final_run) continue;
    if (run.validation_metrics) validation.push_back(&*run.validation_metrics);
    if (run.test_metrics) test.push_back(&*run.test_metrics);
  }
  return {setting_metrics(candidate.name, validation), setting_metrics(candidate.name, test)};
}

}  // namespace

Estimate over_networks(std::span<const MetricEstimate> networks, Metric metric) {
  std::vector<double> values;
  double low = 0, high = 0;
  const auto n = static_cast<double>(networks.size());
  for (const MetricEstimate& e : networks) {
    values.push_back(e.value);
    low += e.interval.low / n, high += e.interval.high / n;
  }
  const double middle = mean(values);
  Estimate seeds{middle, middle, middle};
  if (networks.size() > 1) seeds = metric == Metric::loss ? loss_interval(values) : mean_interval(values);
  Estimate result{middle, middle - std::hypot(middle - low, middle - seeds.low),
                  middle + std::hypot(high - middle, seeds.high - middle)};
  result.low = std::max(result.low, 0.0);
  if (metric != Metric::loss) result.high = std::min(result.high, 1.0);  // all others are shares
  return result;
}

std::optional<MetricTable> metric_table(const StudyTable& study, const ConfirmationTable* confirmation) {
  MetricTable table;
  if (confirmation && confirmation->winner) {
    const CandidateMetrics tuned = of_candidate(*confirmation, *confirmation->winner);
    CandidateMetrics untuned;
    if (const auto place = confirmation->find_role(candidate_role::untuned))
      untuned = of_candidate(*confirmation, *place);
    if (tuned.validation) {
      table.confirmed = true;
      table.validation = {tuned.validation, untuned.validation};
      table.test = {tuned.test, untuned.test};
      return table;
    }
  }
  const std::optional<std::size_t> best = study.best();
  if (!best) return std::nullopt;
  table.validation.tuned = of_trial(study, *best, fmt::format("trial {}", study.trials[*best].number));
  for (std::size_t i = 0; i < study.trials.size(); ++i)
    if (study.trials[i].role == TrialRole::untuned) table.validation.untuned = of_trial(study, i, "default");
  if (!table.validation.tuned) return std::nullopt;
  return table;
}

}  // namespace tailor
