// As much of JSON Schema as our schemas use: what is wrong with a document, one line for each fault.
#pragma once

#include <cmath>
#include <regex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace tailor::test {

class SchemaCheck {
 public:
  explicit SchemaCheck(const nlohmann::json& schema) : schema_(schema) {}

  std::vector<std::string> faults(const nlohmann::json& document) {
    faults_.clear();
    check(document, schema_, "");
    return faults_;
  }

 private:
  using json = nlohmann::json;

  void fault(const std::string& where, const std::string& what) { faults_.push_back(where + ": " + what); }

  static bool has_type(const json& value, const std::string& type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    if (type == "integer") return value.is_number_integer();
    return type == "number" && value.is_number();
  }

  bool fits(const json& value, const json& schema, const std::string& where) {
    const std::size_t before = faults_.size();
    check(value, schema, where);
    const bool fits = faults_.size() == before;
    faults_.resize(before);
    return fits;
  }

  void check(const json& value, const json& schema, const std::string& where) {
    if (schema.contains("$ref"))
      check(value, schema_.at(json::json_pointer(schema["$ref"].get<std::string>().substr(1))), where);
    if (schema.contains("type")) {
      const json types = schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
      bool any = false;
      for (const json& type : types) any |= has_type(value, type);
      if (!any) return fault(where, "is " + value.dump().substr(0, 60) + ", not " + types.dump());
    }
    if (schema.contains("const") && value != schema["const"])
      fault(where, "is not " + schema["const"].dump());
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
      fault(where, value.dump() + " is none of " + schema["enum"].dump());
    if (schema.contains("pattern") && value.is_string() &&
        !std::regex_search(value.get<std::string>().substr(0, 100),
                           std::regex(schema["pattern"].get<std::string>())))
      fault(where, "does not match");
    if (schema.contains("anyOf")) {
      bool any = false;
      for (const json& option : schema["anyOf"]) any |= fits(value, option, where);
      if (!any) {
        check(value, schema["anyOf"][0], where);
        fault(where, "fits no option");
      }
    }
    if (value.is_object()) check_object(value, schema, where);
    if (value.is_array()) {
      if (schema.contains("minItems") && value.size() < schema["minItems"].get<std::size_t>())
        fault(where, "is too short");
      if (schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>())
        fault(where, "is too long");
      if (schema.contains("items"))
        for (std::size_t i = 0; i < value.size(); ++i)
          check(value[i], schema["items"], where + "/" + std::to_string(i));
    }
  }

  void check_object(const json& value, const json& schema, const std::string& where) {
    for (const json& key : schema.value("required", json::array()))
      if (!value.contains(key.get<std::string>())) fault(where, "lacks " + key.get<std::string>());
    const json properties = schema.value("properties", json::object());
    for (const auto& [key, part] : value.items()) {
      if (properties.contains(key)) {
        check(part, properties[key], where + "/" + key);
      } else if (schema.contains("additionalProperties")) {
        const json& others = schema["additionalProperties"];
        if (others.is_object()) check(part, others, where + "/" + key);
        if (others.is_boolean() && !others.get<bool>()) fault(where, "has the unknown key " + key);
      }
    }
  }

  const json schema_;
  std::vector<std::string> faults_;
};

}  // namespace tailor::test
