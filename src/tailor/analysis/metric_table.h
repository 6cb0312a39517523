// All metrics of the tuned setting beside those of the untuned default: what the study's own measure does not tell.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/estimate.h"
#include "tailor/analysis/study_table.h"
#include "tailor/train/measuring/metric_estimate.h"

namespace tailor {

// Of one setting, over the networks that were trained with it.
struct SettingMetrics {
  std::string name;  // "trial 17", "default"
  int networks = 0;
  std::array<Estimate, metric_count> values{};
};

struct MetricPair {
  std::optional<SettingMetrics> tuned{}, untuned{};
};

struct MetricTable {
  // Of final runs on fresh seeds. Otherwise of the study's own trainings, among which the tuned setting was chosen by
  // these very images: that flatters it.
  bool confirmed = false;
  MetricPair validation{}, test{};
};

// The mean of a metric over networks with a 95 % interval: of one network over images alone (metric_estimate.h), of several
// over their seeds too. Both parts are joined as those of independent quantities are (MOVER: Zou & Donner, Statistics in
// Medicine 27 (2008) 1693). The images' part is the mean of the networks' own, which is wider than need be: a mean over
// networks hangs less on single images than each of them does.
Estimate over_networks(std::span<const MetricEstimate> networks, Metric metric);

// Nothing where no training of the tuned setting kept its metrics: before the first complete trial, and in older studies.
// `confirmation` may be null.
std::optional<MetricTable> metric_table(const StudyTable& study, const ConfirmationTable* confirmation);

}  // namespace tailor
