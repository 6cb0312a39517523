// Distributions as JSON. Written by hand, because the text must equal that of Python's json.dumps (key order,
// spaces, "1.0" and "1e-05"); read with the JSON library.
#include "tailor/storage/distribution_json.h"

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/error.h"
#include "tailor/storage/python_json.h"

namespace tailor {
namespace {

using Json = nlohmann::json;
using Kind = Distribution::Kind;

// Python's repr of a float: shortest digits, always with a point or an exponent; and the names that its JSON
// has for what JSON lacks.
std::string real_to_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string integer_to_json(double value) { return fmt::format("{}", static_cast<std::int64_t>(value)); }

struct CategoryWriter {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return real_to_json(value); }
  std::string operator()(const std::string& value) const { return Json(value).dump(-1, ' ', true); }
};

// Fetches attributes of one distribution and says which one is wrong.
class DistributionAttributes {
 public:
  DistributionAttributes(const Json& object, std::string_view where) : object_(object), where_(where) {}

  const Json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) throw bad_input("{}: its distribution lacks '{}': {}", where_, key, text());
    return *found;
  }
  double number(const char* key) const {
    const Json& value = at(key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) throw wrong(key, "a finite number");
    return value.get<double>();
  }
  double integer(const char* key) const {
    const double value = number(key);
    if (value != std::floor(value) || std::abs(value) > 9007199254740992.0) throw wrong(key, "an integer");
    return value;
  }
  bool flag(const char* key) const {
    const Json& value = at(key);
    if (!value.is_boolean()) throw wrong(key, "true or false");
    return value.get<bool>();
  }
  Error wrong(const char* key, std::string_view expected) const {
    return bad_input("{}: expected {} as '{}' of its distribution: {}", where_, expected, key, text());
  }
  Error wrong(std::string_view what) const {
    return bad_input("{}: its distribution {}: {}", where_, what, text());
  }
  std::string text() const { return object_.dump(-1, ' ', false, Json::error_handler_t::replace); }

 private:
  const Json& object_;
  std::string_view where_;
};

Category category_from_json(const Json& value, const DistributionAttributes& attributes) {
  if (value.is_null()) return std::monostate();
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return value.get<double>();
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  throw attributes.wrong("choices", "null, true, false, numbers and strings");
}

void check_range(const Distribution& distribution, const DistributionAttributes& attributes) {
  if (distribution.low > distribution.high) throw attributes.wrong("has 'low' above 'high'");
  if (distribution.log && distribution.low <= 0)
    throw attributes.wrong("is logarithmic with 'low' not above 0");
  if (distribution.step < 0) throw attributes.wrong("has a negative step");
  const double log_step = distribution.kind == Kind::integer ? 1 : 0;
  if (distribution.log && distribution.step != log_step) throw attributes.wrong("is logarithmic with a step");
}

Distribution categorical(const DistributionAttributes& attributes) {
  Distribution distribution;
  distribution.kind = Kind::categorical;
  const Json& choices = attributes.at("choices");
  if (!choices.is_array() || choices.empty()) throw attributes.wrong("choices", "a list that is not empty");
  for (const Json& choice : choices) distribution.choices.push_back(category_from_json(choice, attributes));
  return distribution;
}

Distribution real(const DistributionAttributes& attributes, const char* step, bool log) {
  Distribution distribution;
  distribution.low = attributes.number("low");
  distribution.high = attributes.number("high");
  distribution.log = log;
  if (step && !attributes.at(step).is_null()) distribution.step = attributes.number(step);
  check_range(distribution, attributes);
  return distribution;
}

Distribution integer(const DistributionAttributes& attributes, bool log) {
  Distribution distribution;
  distribution.kind = Kind::integer;
  distribution.low = attributes.integer("low");
  distribution.high = attributes.integer("high");
  distribution.log = log;
  distribution.step = attributes.integer("step");
  if (distribution.step < 1) throw attributes.wrong("step", "an integer of at least 1");
  check_range(distribution, attributes);
  return distribution;
}

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::real:
      return "float";
    case Kind::integer:
      return "integer";
    case Kind::categorical:
      break;
  }
  return "categorical";
}

}  // namespace

std::string distribution_to_json(const Distribution& distribution) {
  switch (distribution.kind) {
    case Kind::real:
      return fmt::format(
          R"({{"name": "FloatDistribution", "attributes": {{"step": {}, "low": {}, "high": {}, "log": {}}}}})",
          distribution.step > 0 ? real_to_json(distribution.step) : "null", real_to_json(distribution.low),
          real_to_json(distribution.high), distribution.log);
    case Kind::integer:
      return fmt::format(
          R"({{"name": "IntDistribution", "attributes": {{"log": {}, "step": {}, "low": {}, "high": {}}}}})",
          distribution.log, integer_to_json(distribution.step), integer_to_json(distribution.low),
          integer_to_json(distribution.high));
    case Kind::categorical:
      break;
  }
  std::string choices;
  for (const Category& choice : distribution.choices) {
    if (!choices.empty()) choices += ", ";
    choices += std::visit(CategoryWriter(), choice);
  }
  return fmt::format(R"({{"name": "CategoricalDistribution", "attributes": {{"choices": [{}]}}}})", choices);
}

Distribution distribution_from_json(std::string_view json, std::string_view where) {
  const Json document = parse_python_json(json);
  if (document.is_discarded()) throw bad_input("{}: its distribution is not JSON: {}", where, json);
  if (!document.is_object() || !document.contains("name") || !document["name"].is_string() ||
      !document.contains("attributes") || !document["attributes"].is_object()) {
    throw bad_input("{}: expected a distribution as {{\"name\": …, \"attributes\": {{…}}}}, got {}", where,
                    json);
  }
  const std::string name = document["name"].get<std::string>();
  const DistributionAttributes attributes(document["attributes"], where);
  if (name == "FloatDistribution") return real(attributes, "step", attributes.flag("log"));
  if (name == "IntDistribution") return integer(attributes, attributes.flag("log"));
  if (name == "CategoricalDistribution") return categorical(attributes);
  // Until Optuna 3; it reads them as the above.
  if (name == "UniformDistribution") return real(attributes, nullptr, false);
  if (name == "LogUniformDistribution") return real(attributes, nullptr, true);
  if (name == "DiscreteUniformDistribution") return real(attributes, "q", false);
  if (name == "IntUniformDistribution") return integer(attributes, false);
  if (name == "IntLogUniformDistribution") return integer(attributes, true);
  throw bad_input("{}: unknown kind of distribution '{}'; known are Float-, Int- and CategoricalDistribution",
                  where, name);
}

std::string incompatibility(const Distribution& earlier, const Distribution& later) {
  if (earlier.kind != later.kind) {
    return fmt::format("it was {} and would become {}", name_of(earlier.kind), name_of(later.kind));
  }
  if (earlier.log != later.log) {
    return earlier.log ? "it was logarithmic and would become linear"
                       : "it was linear and would become logarithmic";
  }
  if (earlier.choices != later.choices) {
    return fmt::format("its choices would change from {} to {}", distribution_to_json(earlier),
                       distribution_to_json(later));
  }
  return {};
}

}  // namespace tailor
