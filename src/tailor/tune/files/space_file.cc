#include "tailor/tune/files/space_file.h"

#include <algorithm>
#include <array>

#include "tailor/base/text.h"
#include "tailor/nn/architecture/layer_kinds.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/tune/space/scale.h"

namespace tailor {
namespace {

using Kind = Distribution::Kind;

// What people call the things that an architecture file decides, beside its own words.
constexpr std::array<std::string_view, 22> architecture_words = {
    "architecture", "layers",  "layer",      "num_layers",         "depth",   "width",
    "units",        "neurons", "hidden",     "hidden_units",       "filters", "channels",
    "kernel_size",  "kernel",  "activation", "pool_size",          "strides", "stride",
    "padding",      "pooling", "batch_norm", "batch_normalization"};

bool changes_architecture(std::string_view name) {
  const std::string_view stem =
      name.substr(0, std::min(name.size(), name.find_last_not_of("_0123456789") + 1));
  for (const std::string_view word : architecture_words)
    if (stem == word) return true;
  for (const KindInfo& kind : layer_kinds()) {
    const bool tuned = kind.kind == LayerKind::dropout || kind.kind == LayerKind::stochastic_depth;
    if (stem == kind.name && !tuned) return true;
    for (const Attribute& attribute : kind.attributes)
      if (attribute.meaning && stem == attribute.key && stem != "epsilon") return true;
  }
  return false;
}

const Hyperparameter* find_row(std::string_view name) {
  constexpr std::string_view dropout = "dropout_";
  for (const Hyperparameter& row : hyperparameters()) {
    if (row.name == name) return &row;
    const bool numbered = row.name == "dropout_N" && name.starts_with(dropout) &&
                          name.size() > dropout.size() &&
                          name.find_first_not_of("0123456789", dropout.size()) == std::string_view::npos;
    if (numbered) return &row;
  }
  return nullptr;
}

// The table's row, or why there is none.
const Hyperparameter& known_row(const TomlReader& reader, const std::string& name, std::uint32_t line) {
  if (name == "epochs")
    throw reader.wrong(line, name, "every trial has the same length: set it as epochs below [budget]");
  if (const Hyperparameter* row = find_row(name)) return *row;
  if (changes_architecture(name)) {
    throw reader.wrong(line, name,
                       "would change the architecture, which a study holds fixed; only what 'tailor "
                       "hyperparameters' lists can be set or searched. For another network write another "
                       "architecture file and give it a study of its own");
  }
  std::vector<std::string> names;
  for (const Hyperparameter& row : hyperparameters()) names.push_back(row.name);
  throw reader.wrong(line, name, "no such hyperparameter{}; 'tailor hyperparameters' lists them",
                     did_you_mean(name, names));
}

// One value of a row's kind, as text and as a category; refused if it is of another kind or out of range.
struct Value {
  std::string text;
  Category category;
};

Value read_value(const TomlReader& reader, const Hyperparameter& row, const std::string& key,
                 const toml::node& node) {
  const auto integer = node.value_exact<std::int64_t>();
  const auto real = node.value_exact<double>();
  const double number = real ? *real : integer ? static_cast<double>(*integer) : 0;
  const bool in_range = (integer || real) && number >= row.low && number <= row.high;
  switch (row.kind) {
    case HyperparameterKind::real:
      if (in_range && integer) return {fmt::format("{}", *integer), *integer};
      if (in_range) return {fmt::format("{}", *real), *real};
      break;
    case HyperparameterKind::integer:
      if (in_range && integer) return {fmt::format("{}", *integer), *integer};
      break;
    case HyperparameterKind::boolean:
      if (const auto truth = node.value_exact<bool>()) return {*truth ? "true" : "false", *truth};
      break;
    case HyperparameterKind::choice:
      if (const auto text = node.value_exact<std::string>())
        if (std::find(row.choices.begin(), row.choices.end(), *text) != row.choices.end())
          return {*text, *text};
      break;
  }
  const auto text = node.value_exact<std::string>();
  throw reader.wrong(line_of(node), key, "expected {}, got {}{}", expected_value(row), describe(node),
                     text ? did_you_mean(*text, row.choices) : "");
}

Distribution read_choices(const TomlReader& reader, const Hyperparameter& row, const std::string& key,
                          const toml::array& list) {
  Distribution d{.kind = Kind::categorical};
  for (const toml::node& item : list) d.choices.push_back(read_value(reader, row, key, item).category);
  check_distribution(d, fmt::format("{}:{}: {}", reader.origin(), line_of(list), key));
  return d;
}

// {low = …, high = …, scale = "log", step = …}
Distribution read_range(const TomlReader& reader, const Hyperparameter& row, const std::string& name,
                        const toml::table& table, std::uint32_t line) {
  if (row.kind == HyperparameterKind::boolean || row.kind == HyperparameterKind::choice)
    throw reader.wrong(line, name, "expected a list of values, as in {} = [{}]", name,
                       row.kind == HyperparameterKind::boolean
                           ? "true, false"
                           : '"' + row.choices[0] + "\", \"" + row.choices[1] + '"');
  const bool whole = row.kind == HyperparameterKind::integer;
  const auto end = [&](const char* key) {
    const toml::node* node = table.get(key);
    if (!node) throw reader.wrong(line, name, "has no {}; a range needs low and high, a list choices", key);
    const Value value = read_value(reader, row, name + "." + key, *node);
    return std::stod(value.text);
  };
  Distribution d{.kind = whole ? Kind::integer : Kind::real};
  d.low = end("low"), d.high = end("high");
  d.step = whole ? 1 : 0;
  if (const auto step = reader.real(table, "step", 0, row.high - row.low, name + ".")) {
    if (*step == 0) throw reader.wrong(line, name + ".step", "expected a number above 0, got 0");
    d.step = *step;
  }
  d.log = row.log_scaled && d.low > 0 && table.get("step") == nullptr;
  if (const auto scale = reader.text(table, "scale", name + ".")) {
    if (*scale != "log" && *scale != "linear")
      throw reader.wrong(line, name + ".scale", "expected \"log\" or \"linear\", got \"{}\"", *scale);
    d.log = *scale == "log";
  }
  check_distribution(d, fmt::format("{}:{}: {}", reader.origin(), line, name));
  return d;
}

// {optimizer = ["sgd", "adamw"]}, or a single value.
SpaceFile::When read_when(const TomlReader& reader, const std::string& name, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (!table || table->size() != 1)
    throw reader.wrong(line_of(node), name + ".when",
                       "expected one other parameter with its values, as in {{optimizer = [\"sgd\"]}}");
  const TomlReader::Entry entry = TomlReader::entries(*table).front();
  const Hyperparameter& row = known_row(reader, entry.key, entry.line);
  const std::string key = name + ".when." + entry.key;
  SpaceFile::When when{entry.key, {}};
  if (const toml::array* list = entry.node->as_array()) {
    for (const toml::node& item : *list) when.values.push_back(read_value(reader, row, key, item).text);
    if (list->empty()) throw reader.wrong(entry.line, key, "the list is empty: it would never be searched");
  } else {
    when.values.push_back(read_value(reader, row, key, *entry.node).text);
  }
  return when;
}

SpaceFile::Parameter read_parameter(const TomlReader& reader, const TomlReader::Entry& entry) {
  const std::string& name = entry.key;
  SpaceFile::Parameter p{name, {}, {}, entry.line};
  const Hyperparameter& row = known_row(reader, name, entry.line);
  if (const toml::array* list = entry.node->as_array()) {
    p.distribution = read_choices(reader, row, name, *list);
    return p;
  }
  const toml::table* table = entry.node->as_table();
  if (!table)
    throw reader.wrong(entry.line, name,
                       "expected a range {{low = …, high = …}} or a list of values, got {}; a single value "
                       "belongs below [fixed]",
                       describe(*entry.node));
  reader.check_keys(*table, name + ".", {"low", "high", "scale", "step", "choices", "when"});
  if (const toml::node* choices = table->get("choices")) {
    if (!choices->is_array())
      throw reader.wrong(line_of(*choices), name + ".choices", "expected a list, got {}", describe(*choices));
    for (const char* other : {"low", "high", "scale", "step"})
      if (table->get(other))
        throw reader.wrong(entry.line, name + "." + other, "a list of choices has no {}", other);
    p.distribution = read_choices(reader, row, name + ".choices", *choices->as_array());
  } else {
    p.distribution = read_range(reader, row, name, *table, entry.line);
  }
  if (const toml::node* when = table->get("when")) p.when = read_when(reader, name, *when);
  return p;
}

}  // namespace

std::vector<SpaceFile::Fixed> read_fixed(const TomlReader& reader, const toml::table& table) {
  std::vector<SpaceFile::Fixed> fixed;
  for (const TomlReader::Entry& e : TomlReader::entries(table)) {
    const Hyperparameter& row = known_row(reader, e.key, e.line);
    fixed.push_back({e.key, read_value(reader, row, e.key, *e.node).text, e.line});
  }
  return fixed;
}

std::vector<SpaceFile::Parameter> read_parameters(const TomlReader& reader, const toml::table& table) {
  std::vector<SpaceFile::Parameter> parameters;
  for (const TomlReader::Entry& e : TomlReader::entries(table))
    parameters.push_back(read_parameter(reader, e));
  for (const SpaceFile::Parameter& p : parameters) {
    if (!p.when) continue;
    const bool there =
        std::any_of(parameters.begin(), parameters.end(),
                    [&](const SpaceFile::Parameter& other) { return other.name == p.when->parent; });
    if (!there)
      throw reader.wrong(p.line, p.name + ".when", "depends on {}, which is not searched here",
                         p.when->parent);
  }
  return parameters;
}

SpaceFile parse_space_file(const std::string& text, const std::string& origin) {
  const TomlReader reader(origin);
  const toml::table file = reader.parse(text);
  reader.check_keys(file, "", {"description", "fixed", "space"});
  SpaceFile space;
  space.origin = origin;
  space.description = reader.text(file, "description").value_or("");
  if (const toml::table* fixed = reader.table(file, "fixed")) space.fixed = read_fixed(reader, *fixed);
  const toml::table* parameters = reader.table(file, "space");
  if (!parameters) throw bad_input("{}: no [space]: nothing to search", origin);
  space.parameters = read_parameters(reader, *parameters);
  return space;
}

}  // namespace tailor
