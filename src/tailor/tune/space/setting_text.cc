#include "tailor/tune/space/setting_text.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "tailor/train/hyperparameters.h"

namespace tailor {
namespace {

struct CategoryText {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
};

}  // namespace

std::string value_text(const Distribution& d, double value) {
  switch (d.kind) {
    case Distribution::Kind::categorical:
      return std::visit(CategoryText(), d.choices.at(static_cast<std::size_t>(value)));
    case Distribution::Kind::integer:
      return fmt::format("{}", static_cast<std::int64_t>(value));
    case Distribution::Kind::real:
      break;
  }
  return fmt::format("{}", value);
}

double value_from_text(const Distribution& d, std::string_view text) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (d.kind == Distribution::Kind::categorical) {
    for (std::size_t i = 0; i < d.choices.size(); ++i) {
      if (std::visit(CategoryText(), d.choices[i]) == text) return static_cast<double>(i);
    }
    return none;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : none;
}

SettingTexts differences(const Settings& base, const Settings& settings) {
  SettingTexts texts;
  for (const std::string& name : hyperparameter_names(settings)) {
    std::string value = get(settings, name);
    if (value != get(base, name)) texts.emplace(name, std::move(value));
  }
  return texts;
}

Settings with_texts(Settings base, const SettingTexts& texts) {
  for (const auto& [name, text] : texts) set(base, name, text);
  return base;
}

Assignment assignment_of(const Space& space, const Settings& settings) {
  Assignment values(space.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& p = space[i];
    if (space.active(i, values)) values[i] = value_from_text(p.distribution, get(settings, p.name));
  }
  return values;
}

}  // namespace tailor
