// Reading and writing settings through the table: names, ranges and texts.
#include "tailor/train/hyperparameters.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <type_traits>

#include "tailor/base/counted.h"
#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace tailor {
namespace {

using S = Settings;

bool is_numbered(const Hyperparameter& row) {
  return std::holds_alternative<std::vector<double> S::*>(row.member);
}

// "dropout_N", 0 -> "dropout_1".
std::string numbered_name(const Hyperparameter& row, std::size_t index) {
  return row.name.substr(0, row.name.size() - 1) + std::to_string(index + 1);
}

struct Found {
  const Hyperparameter* row;
  std::size_t index;  // in a vector member
};

Found find(const Settings& settings, std::string_view name) {
  for (const Hyperparameter& row : hyperparameters()) {
    if (!is_numbered(row)) {
      if (row.name == name) return {&row, 0};
      continue;
    }
    const std::size_t count = (settings.*std::get<std::vector<double> S::*>(row.member)).size();
    for (std::size_t i = 0; i < count; ++i) {
      if (numbered_name(row, i) == name) return {&row, i};
    }
    const std::string_view stem = std::string_view(row.name).substr(0, row.name.size() - 1);
    if (name.substr(0, stem.size()) == stem) {
      throw usage_error("{}: no such hyperparameter: the architecture has {}", name,
                        counted(count, "dropout layer"));
    }
  }
  throw usage_error("{}: no such hyperparameter{}; 'tailor hyperparameters' lists them", name,
                    did_you_mean(name, hyperparameter_names(settings)));
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// NaN is in no range.
bool in_range(const Hyperparameter& row, double value) { return value >= row.low && value <= row.high; }

bool is_choice(const Hyperparameter& row, std::string_view value) {
  return std::find(row.choices.begin(), row.choices.end(), value) != row.choices.end();
}

// Empty if the text is not a value of the row's kind and range.
template <class Number>
std::optional<Number> parse_in_range(const Hyperparameter& row, std::string_view text) {
  const std::optional<Number> value = parse_number<Number>(text);
  if (!value || !in_range(row, *value)) return std::nullopt;
  return value;
}

bool assign(Settings& settings, const Found& found, std::string_view text) {
  const Hyperparameter& row = *found.row;
  return std::visit(
      [&](auto member) {
        auto& value = settings.*member;
        using Value = std::remove_reference_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return is_choice(row, text) ? (value = text, true) : false;
        } else if constexpr (std::is_same_v<Value, bool>) {
          if (text != "true" && text != "false") return false;
          return value = text == "true", true;
        } else if constexpr (std::is_same_v<Value, int>) {
          const std::optional<int> parsed = parse_in_range<int>(row, text);
          return parsed ? (value = *parsed, true) : false;
        } else {
          const std::optional<double> parsed = parse_in_range<double>(row, text);
          if (!parsed) return false;
          // Adding zero turns -0 into 0, so that equal settings have equal texts.
          if constexpr (std::is_same_v<Value, double>) {
            value = *parsed + 0.0;
          } else {
            value[found.index] = *parsed + 0.0;
          }
          return true;
        }
      },
      row.member);
}

}  // namespace

Settings default_settings(const Architecture& architecture) {
  Settings settings{};
  for (const Hyperparameter& row : hyperparameters()) {
    if (!is_numbered(row)) set(settings, row.name, row.default_text);
  }
  for (const Layer& layer : architecture.layers) {
    if (layer.kind == LayerKind::dropout) settings.dropout.push_back(layer.rate);
    if (layer.kind == LayerKind::stochastic_depth) settings.stochastic_depth = layer.rate;
  }
  return settings;
}

std::vector<std::string> hyperparameter_names(const Settings& settings) {
  std::vector<std::string> names;
  for (const Hyperparameter& row : hyperparameters()) {
    if (!is_numbered(row)) {
      names.push_back(row.name);
      continue;
    }
    const std::size_t count = (settings.*std::get<std::vector<double> S::*>(row.member)).size();
    for (std::size_t i = 0; i < count; ++i) names.push_back(numbered_name(row, i));
  }
  return names;
}

const Hyperparameter& find_hyperparameter(const Settings& settings, std::string_view name) {
  return *find(settings, name).row;
}

void set(Settings& settings, std::string_view name, std::string_view text) {
  const Found found = find(settings, name);
  if (!assign(settings, found, text)) {
    throw usage_error("{}: expected {}, got '{}'", name, expected_value(*found.row), text);
  }
}

void check_use(std::string_view name, const Architecture& architecture) {
  if (name != "stochastic_depth") return;
  const bool there =
      std::any_of(architecture.layers.begin(), architecture.layers.end(),
                  [](const Layer& layer) { return layer.kind == LayerKind::stochastic_depth; });
  if (!there)
    throw usage_error(
        "stochastic_depth: '{}' has no such layers; its file would need one at the end of each residual "
        "branch",
        architecture.name);
}

void check_settings(const Settings& settings, const Architecture& architecture) {
  const auto dropouts = std::count_if(architecture.layers.begin(), architecture.layers.end(),
                                      [](const Layer& layer) { return layer.kind == LayerKind::dropout; });
  if (settings.dropout.size() != static_cast<std::size_t>(dropouts))
    throw usage_error(
        "the settings are for an architecture with {} dropout layers, '{}' has {}; begin with "
        "default_settings(architecture)",
        settings.dropout.size(), architecture.name, dropouts);
  if (settings.stochastic_depth != 0) check_use("stochastic_depth", architecture);
  for (const std::string& name : hyperparameter_names(settings)) {
    const Found found = find(settings, name);
    const bool fits = std::visit(
        [&](auto member) {
          const auto& value = settings.*member;
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, std::string>)
            return is_choice(*found.row, value);
          else if constexpr (std::is_same_v<Value, std::vector<double>>)
            return in_range(*found.row, value[found.index]);
          else
            return std::is_same_v<Value, bool> || in_range(*found.row, static_cast<double>(value));
        },
        found.row->member);
    if (!fits)
      throw usage_error("{}: expected {}, got '{}'", name, expected_value(*found.row), get(settings, name));
  }
}

std::string get(const Settings& settings, std::string_view name) {
  const Found found = find(settings, name);
  return std::visit(
      [&](auto member) {
        const auto& value = settings.*member;
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::vector<double>>) {
          return fmt::format("{}", value[found.index]);
        } else {
          return fmt::format("{}", value);
        }
      },
      found.row->member);
}

std::string expected_value(const Hyperparameter& row) {
  const std::string unit = row.unit.empty() ? "" : fmt::format(" ({})", row.unit);
  switch (row.kind) {
    case HyperparameterKind::real:
      return fmt::format("a real number from {} to {}{}", row.low, row.high, unit);
    case HyperparameterKind::integer:
      return fmt::format("an integer from {} to {}{}", row.low, row.high, unit);
    case HyperparameterKind::boolean:
      return "true or false";
    case HyperparameterKind::choice:
      break;
  }
  return fmt::format("one of {}", join(row.choices, ", "));
}

}  // namespace tailor
