#include "tailor/tune/files/toml_reader.h"

#include <algorithm>
#include <cmath>

#include "tailor/base/text.h"

namespace tailor {

std::uint32_t line_of(const toml::node& node) { return static_cast<std::uint32_t>(node.source().begin.line); }

std::string describe(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return '"' + *text + '"';
  if (const auto integer = node.value_exact<std::int64_t>()) return std::to_string(*integer);
  if (const auto real = node.value_exact<double>()) return fmt::format("{}", *real);
  if (const auto boolean = node.value_exact<bool>()) return *boolean ? "true" : "false";
  return node.is_array() ? "a list" : node.is_table() ? "a table" : "a date or time";
}

toml::table TomlReader::parse(const std::string& text) const {
  try {
    return toml::parse(std::string_view(text), std::string_view(origin_));
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    throw bad_input("{}:{}:{}: not valid TOML: {}", origin_, at.line, at.column, error.description());
  }
}

std::vector<TomlReader::Entry> TomlReader::entries(const toml::table& table) {
  struct Placed {
    Entry entry;
    toml::source_position place;
  };
  std::vector<Placed> placed;
  for (const auto& [key, node] : table) {
    const toml::source_position place = key.source().begin;
    placed.push_back({{std::string(key.str()), &node, static_cast<std::uint32_t>(place.line)}, place});
  }
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  std::vector<Entry> entries;
  for (Placed& p : placed) entries.push_back(std::move(p.entry));
  return entries;
}

void TomlReader::check_keys(const toml::table& table, const std::string& prefix,
                            const std::vector<std::string>& known) const {
  for (const Entry& e : entries(table)) {
    if (std::find(known.begin(), known.end(), e.key) == known.end())
      throw wrong(e.line, prefix + e.key, "unknown key{}; known are {}", did_you_mean(e.key, known),
                  join(known, ", "));
  }
}

std::optional<std::string> TomlReader::text(const toml::table& table, const char* key,
                                            const std::string& prefix) const {
  const toml::node* node = table.get(key);
  if (!node) return std::nullopt;
  if (auto text = node->value_exact<std::string>()) return text;
  throw wrong(line_of(*node), prefix + key, "expected a text in quotes, got {}", describe(*node));
}

std::optional<std::int64_t> TomlReader::integer(const toml::table& table, const char* key, std::int64_t low,
                                                std::int64_t high, const std::string& prefix) const {
  const toml::node* node = table.get(key);
  if (!node) return std::nullopt;
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= low && *value <= high) return value;
  throw wrong(line_of(*node), prefix + key, "expected an integer from {} to {}, got {}", low, high,
              describe(*node));
}

std::optional<double> TomlReader::real(const toml::table& table, const char* key, double low, double high,
                                       const std::string& prefix) const {
  const toml::node* node = table.get(key);
  if (!node) return std::nullopt;
  std::optional<double> value = node->value_exact<double>();
  if (const auto whole = node->value_exact<std::int64_t>()) value = static_cast<double>(*whole);
  if (value && *value >= low && *value <= high) return value;
  throw wrong(line_of(*node), prefix + key, "expected a number from {} to {}, got {}", low, high,
              describe(*node));
}

std::optional<bool> TomlReader::boolean(const toml::table& table, const char* key,
                                        const std::string& prefix) const {
  const toml::node* node = table.get(key);
  if (!node) return std::nullopt;
  if (const auto value = node->value_exact<bool>()) return value;
  throw wrong(line_of(*node), prefix + key, "expected true or false, got {}", describe(*node));
}

const toml::table* TomlReader::table(const toml::table& table, const char* key) const {
  const toml::node* node = table.get(key);
  if (!node) return nullptr;
  if (const toml::table* found = node->as_table()) return found;
  throw wrong(line_of(*node), key, "expected a table, [{}], got {}", key, describe(*node));
}

}  // namespace tailor
