#include "tailor/report/metric_table_json.h"

#include "tailor/report/document_json.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

ordered_json setting_of(const std::optional<SettingMetrics>& setting) {
  if (!setting) return {};
  return {{"name", setting->name}, {"networks", setting->networks}};
}

ordered_json values_of(const MetricPair& pair, std::size_t metric) {
  if (!pair.tuned) return {};
  return {{"tuned", estimate(pair.tuned->values[metric])},
          {"untuned", pair.untuned ? estimate(pair.untuned->values[metric]) : ordered_json()}};
}

}  // namespace

ordered_json metric_table_json(const std::optional<MetricTable>& table) {
  if (!table) return {};
  ordered_json rows = ordered_json::array();
  for (const MetricInfo& m : metrics) {
    const auto place = static_cast<std::size_t>(m.metric);
    rows.push_back({{"metric", m.name},
                    {"words", m.words},
                    {"percent", m.maximize},
                    {"validation", values_of(table->validation, place)},
                    {"test", values_of(table->test, place)}});
  }
  return {{"confirmed", table->confirmed},
          {"tuned", setting_of(table->validation.tuned)},
          {"untuned", setting_of(table->validation.untuned)},
          {"rows", rows}};
}

}  // namespace tailor
