// The table of all metrics in a study document.
#pragma once

#include <optional>

#include <nlohmann/json.hpp>

#include "tailor/analysis/metric_table.h"

namespace tailor {

// Null of nothing.
nlohmann::ordered_json metric_table_json(const std::optional<MetricTable>& table);

}  // namespace tailor
