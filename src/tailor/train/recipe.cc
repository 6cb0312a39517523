// Applying recipes and overrides, and writing settings back. Reading the TOML is in recipe_reader.cc.
#include "tailor/train/recipe.h"

#include <algorithm>
#include <cctype>

#include "tailor/base/embedded.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"

namespace tailor {
namespace {

// A whole number is a real number too.
bool fits(HyperparameterKind got, HyperparameterKind expected) {
  return got == expected || (got == HyperparameterKind::integer && expected == HyperparameterKind::real);
}

void apply(const Recipe& recipe, ResolvedSettings& resolved) {
  for (const Recipe::Value& value : recipe.values) {
    try {
      const Hyperparameter& row = find_hyperparameter(resolved.settings, value.name);
      if (!fits(value.kind, row.kind)) {
        const bool quoted = value.kind == HyperparameterKind::choice;
        throw usage_error("{}: expected {}, got {}{}{}", value.name, expected_value(row),
                          quoted ? "the text \"" : "", value.text, quoted ? "\": leave the quotes away" : "");
      }
      set(resolved.settings, value.name, value.text);
    } catch (const Error& error) {
      throw bad_input("{}:{}: {}", recipe.origin, value.line, error.what());
    }
    resolved.origins[value.name] = "recipe " + recipe.origin;
  }
}

void apply(const std::string& override, ResolvedSettings& resolved) {
  const std::size_t equals = override.find('=');
  if (equals == std::string::npos) throw usage_error("--set {}: expected name=value", override);
  const std::string name = override.substr(0, equals);
  try {
    set(resolved.settings, name, override.substr(equals + 1));
  } catch (const Error& error) {
    throw usage_error("--set {}", error.what());
  }
  resolved.origins[name] = "--set";
}

// A TOML value: texts in quotes, reals with a point or an exponent.
std::string toml_value(const Hyperparameter& row, const std::string& text) {
  if (row.kind == HyperparameterKind::choice) return '"' + text + '"';
  const bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
  return row.kind == HyperparameterKind::real && whole ? text + ".0" : text;
}

// A file's name may hold line breaks; a comment may not.
std::string comment(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, '?');
  return text;
}

}  // namespace

Recipe read_recipe(const std::filesystem::path& file) {
  return parse_recipe(read_text_file(file, "a recipe"), file.string());
}

Recipe find_recipe(const std::string& name_or_file) {
  for (const EmbeddedFile& file : embedded_recipes()) {
    if (file.name == name_or_file) {
      return parse_recipe(std::string(file.content), fmt::format("{}.toml (shipped)", file.name));
    }
  }
  if (is_there(name_or_file)) return read_recipe(name_or_file);
  const std::vector<std::string> names = shipped_recipes();
  throw usage_error("recipe '{}': neither a shipped name nor a file{}; shipped are {}", name_or_file,
                    did_you_mean(name_or_file, names), join(names, ", "));
}

std::vector<std::string> shipped_recipes() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_recipes()) names.emplace_back(file.name);
  return names;
}

ResolvedSettings resolve_settings(const Architecture& architecture, const Recipe* recipe,
                                  const std::vector<std::string>& overrides) {
  ResolvedSettings resolved{default_settings(architecture), {}};
  for (const std::string& name : hyperparameter_names(resolved.settings)) resolved.origins[name] = "default";
  if (recipe) apply(*recipe, resolved);
  std::map<std::string, std::string> given;
  for (const std::string& override : overrides) {
    const auto [known, is_new] = given.try_emplace(override.substr(0, override.find('=')), override);
    if (!is_new && known->second != override)
      throw usage_error("--set {} and --set {}: one of them would be lost; leave it out", known->second,
                        override);
    apply(override, resolved);
  }
  return resolved;
}

ResolvedSettings resolve_settings(const Architecture& architecture, const std::optional<std::string>& recipe,
                                  const std::vector<std::string>& overrides) {
  if (!recipe) return resolve_settings(architecture, static_cast<const Recipe*>(nullptr), overrides);
  const Recipe found = find_recipe(*recipe);
  return resolve_settings(architecture, &found, overrides);
}

std::string to_toml(const ResolvedSettings& resolved) {
  std::string text = "[hyperparameters]\n", group;
  for (const std::string& name : hyperparameter_names(resolved.settings)) {
    const Hyperparameter& row = find_hyperparameter(resolved.settings, name);
    if (row.group != group) {
      group = row.group;
      text += fmt::format("\n# {}\n", group);
    }
    const auto origin = resolved.origins.find(name);
    text += fmt::format("{:<40} # {}\n",
                        fmt::format("{} = {}", name, toml_value(row, get(resolved.settings, name))),
                        comment(origin == resolved.origins.end() ? "default" : origin->second));
  }
  return text;
}

}  // namespace tailor
