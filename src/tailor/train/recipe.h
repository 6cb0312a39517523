// Recipes: tuned settings as TOML files, and how defaults, recipe and --set become the settings of one
// training.
//
//   description = "…"           optional
//   architecture = "mnist_cnn"  optional: the one it was tuned for
//   [hyperparameters]
//   learning_rate = 0.04        names and ranges as in hyperparameters.h; native TOML types
//   [run]                       optional, ignored: what a run.toml, which is itself a recipe, says about its
//                               data and seed
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tailor/nn/architecture/architecture.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/settings.h"

namespace tailor {

struct Recipe {
  // A value as it stands in the file; names and ranges are checked where the architecture is known.
  struct Value {
    std::string name;
    HyperparameterKind kind = HyperparameterKind::real;  // a TOML string is a choice
    std::string text;                                    // as set() takes it
    std::uint32_t line = 0;
  };

  std::string origin;  // the file, for messages: "my.toml", "mnist_cnn.toml (shipped)"
  std::string description, architecture;
  std::vector<Value> values;  // in the file's order
};

// Everything wrong is bad input "file:line: key: …". `origin` stands for the file name.
Recipe parse_recipe(const std::string& text, const std::string& origin);
Recipe read_recipe(const std::filesystem::path& file);
// A shipped name ("mnist_cnn") or a path to a .toml file; neither is a usage error with the nearest name.
Recipe find_recipe(const std::string& name_or_file);
std::vector<std::string> shipped_recipes();

struct ResolvedSettings {
  Settings settings;
  std::map<std::string, std::string> origins;  // for each name: "default", "recipe FILE" or "--set"
};

// The architecture's defaults < the recipe < the overrides, each "name=value", later ones first. A bad value
// in the recipe is bad input with file and line, a bad override a usage error.
ResolvedSettings resolve_settings(const Architecture& architecture, const Recipe* recipe,
                                  const std::vector<std::string>& overrides);
// The same for a recipe's name or path.
ResolvedSettings resolve_settings(const Architecture& architecture, const std::optional<std::string>& recipe,
                                  const std::vector<std::string>& overrides);

// The [hyperparameters] table with every value and where it came from; read as a recipe it gives identical
// settings.
std::string to_toml(const ResolvedSettings& resolved);

}  // namespace tailor
