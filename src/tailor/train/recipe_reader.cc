// A recipe's TOML, every complaint with file, line and key. The only file of this layer that includes toml++.
#include <algorithm>
#include <string_view>

#include <toml++/toml.h>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/train/recipe.h"

namespace tailor {
namespace {

const std::vector<std::string> known_keys = {"description", "architecture", "hyperparameters", "run"};

bool is_hyperparameter(std::string_view name) {
  const std::vector<Hyperparameter>& rows = hyperparameters();
  return name.substr(0, 8) == "dropout_" ||
         std::any_of(rows.begin(), rows.end(),
                     [name](const Hyperparameter& row) { return row.name == name; });
}

void check_keys(const toml::table& file, const std::string& origin) {
  for (const auto& [key, node] : file) {
    const std::string_view name = key.str();
    if (std::find(known_keys.begin(), known_keys.end(), name) != known_keys.end()) continue;
    const bool misplaced = is_hyperparameter(name);
    throw bad_input("{}:{}: {}: {}", origin, key.source().begin.line, name,
                    misplaced ? "a hyperparameter belongs below a line [hyperparameters]"
                              : "unknown key" + did_you_mean(name, known_keys));
  }
}

std::string text_of(const toml::table& file, const char* name, const std::string& origin) {
  const toml::node* node = file.get(name);
  if (!node) return "";
  if (const auto text = node->value_exact<std::string>()) return *text;
  throw bad_input("{}:{}: {}: expected a text in quotes", origin, node->source().begin.line, name);
}

Recipe::Value read_value(std::string_view name, const toml::node& node, std::uint32_t line,
                         const std::string& origin) {
  Recipe::Value value{std::string(name), HyperparameterKind::real, "", line};
  if (const auto real = node.value_exact<double>()) {
    value.text = fmt::format("{}", *real);
    if (value.text.find_first_not_of("-0123456789") == std::string::npos) value.text += ".0";
  } else if (const auto integer = node.value_exact<std::int64_t>()) {
    value.kind = HyperparameterKind::integer;
    value.text = std::to_string(*integer);
  } else if (const auto boolean = node.value_exact<bool>()) {
    value.kind = HyperparameterKind::boolean;
    value.text = *boolean ? "true" : "false";
  } else if (const auto text = node.value_exact<std::string>()) {
    value.kind = HyperparameterKind::choice;
    value.text = *text;
  } else {
    throw bad_input("{}:{}: {}: expected a number, true, false or a text, got {}", origin, line, name,
                    node.is_array()   ? "an array"
                    : node.is_table() ? "a table"
                                      : "a date or time");
  }
  return value;
}

}  // namespace

Recipe parse_recipe(const std::string& text, const std::string& origin) {
  toml::table file;
  try {
    file = toml::parse(std::string_view(text), std::string_view(origin));
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    throw bad_input("{}:{}:{}: not valid TOML: {}", origin, at.line, at.column, error.description());
  }
  check_keys(file, origin);
  Recipe recipe;
  recipe.origin = origin;
  recipe.description = text_of(file, "description", origin);
  recipe.architecture = text_of(file, "architecture", origin);
  const toml::node* node = file.get("hyperparameters");
  if (!node) throw bad_input("{}: no [hyperparameters]: a recipe has at least that table", origin);
  const toml::table* table = node->as_table();
  if (!table) {
    throw bad_input("{}:{}: hyperparameters: expected a table, [hyperparameters]", origin,
                    node->source().begin.line);
  }
  for (const auto& [key, value] : *table) {
    recipe.values.push_back(read_value(key.str(), value, key.source().begin.line, origin));
  }
  // toml++ sorts by name; the first error to report is the first in the file.
  std::stable_sort(recipe.values.begin(), recipe.values.end(),
                   [](const Recipe::Value& a, const Recipe::Value& b) { return a.line < b.line; });
  return recipe;
}

}  // namespace tailor
