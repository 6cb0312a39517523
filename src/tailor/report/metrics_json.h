// Metrics with their intervals as JSON: {"accuracy": {"value": …, "low": …, "high": …, "error": …}, …}.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "tailor/train/measuring/metric_estimate.h"

namespace tailor {

nlohmann::ordered_json estimates_json(const MetricEstimates& estimates);

// Nothing of null. Bad input that starts with `place` if a metric that is there is no such object; null is not a number.
std::optional<MetricEstimates> read_estimates(const nlohmann::ordered_json& json, const std::string& place);

}  // namespace tailor
