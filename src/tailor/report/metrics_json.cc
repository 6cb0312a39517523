#include "tailor/report/metrics_json.h"

#include <limits>

#include "tailor/base/error.h"

namespace tailor {
namespace {

using nlohmann::ordered_json;

// The one list of keys. Estimate is MetricEstimate, const or not.
template <class Estimate, class Visit>
void each_figure(Estimate& e, Visit&& visit) {
  visit("value", e.value);
  visit("low", e.interval.low);
  visit("high", e.interval.high);
  visit("error", e.error);
}

}  // namespace

ordered_json estimates_json(const MetricEstimates& estimates) {
  ordered_json json = ordered_json::object();
  for (const MetricInfo& m : metrics)
    each_figure(estimates[static_cast<std::size_t>(m.metric)],
                [&](const char* key, const double& figure) { json[std::string(m.name)][key] = figure; });
  return json;
}

std::optional<MetricEstimates> read_estimates(const ordered_json& json, const std::string& place) {
  if (json.is_null()) return std::nullopt;
  if (!json.is_object()) throw bad_input("{}: expected an object, got {}", place, json.type_name());
  MetricEstimates estimates;
  for (const MetricInfo& m : metrics) {
    const auto found = json.find(std::string(m.name));
    each_figure(estimates[static_cast<std::size_t>(m.metric)], [&](const char* key, double& figure) {
      figure = std::numeric_limits<double>::quiet_NaN();
      if (found == json.end()) return;
      if (!found->is_object() || !found->contains(key) ||
          !(found->at(key).is_number() || found->at(key).is_null()))
        throw bad_input("{}.{}.{}: expected a number", place, m.name, key);
      if (found->at(key).is_number()) figure = found->at(key).template get<double>();
    });
  }
  return estimates;
}

}  // namespace tailor
