// THE table of hyperparameters: one row defines name, type, range, default, unit and effect of each. The
// command line, recipes, search spaces, reports and docs/hyperparameters.md all read it; nothing else may
// list hyperparameters.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tailor/nn/architecture/architecture.h"
#include "tailor/train/settings.h"

namespace tailor {

enum class HyperparameterKind { real, integer, boolean, choice };

struct Hyperparameter {
  // A vector member is one row for several values: name "dropout_N" stands for dropout_1, dropout_2, …
  using Member = std::variant<double Settings::*, int Settings::*, bool Settings::*, std::string Settings::*,
                              std::vector<double> Settings::*>;

  std::string name;
  HyperparameterKind kind = HyperparameterKind::real;
  double low = 0, high = 0;          // real, integer: inclusive
  bool log_scaled = false;           // a search over it is better made on a logarithmic scale
  std::vector<std::string> choices;  // choice: the values
  std::string unit;                  // plural as in "epochs"; empty: a pure number
  std::string group;                 // heading in the printed table; rows of a group are adjacent
  std::string effect;                // one line
  std::string default_text;  // as set() takes it; empty for dropout_N, whose default is the architecture's
  std::string source;        // who uses this default
  Member member;
};

// In the order in which they are printed and written.
const std::vector<Hyperparameter>& hyperparameters();

// What an untuned run in the field would use: the baseline that tuning is measured against, never tuned
// itself.
Settings default_settings(const Architecture& architecture);

// The names that `settings` has values for, in the table's order, with dropout_N expanded.
std::vector<std::string> hyperparameter_names(const Settings& settings);

// The row that defines `name` ("dropout_2" gives dropout_N). An unknown name is a usage error with a
// suggestion.
const Hyperparameter& find_hyperparameter(const Settings& settings, std::string_view name);

// Sets a value from text: reals and integers in decimal, booleans "true" or "false". An unknown name, an
// unreadable text or a value out of range is a usage error "name: expected …, got …".
void set(Settings& settings, std::string_view name, std::string_view text);

// A usage error if the hyperparameter means nothing for the architecture: stochastic_depth without such layers.
void check_use(std::string_view name, const Architecture& architecture);

// A usage error that names the first value out of its range, or says that the values are for an architecture
// with another number of dropout layers. For settings that were not made by set().
void check_settings(const Settings& settings, const Architecture& architecture);

// The value as text; set() of it gives exactly the same value (shortest decimal that round-trips).
std::string get(const Settings& settings, std::string_view name);

// What a value may be, for messages and tables: "a real number from 0 to 1", "one of sgd, adam, …".
std::string expected_value(const Hyperparameter& row);

}  // namespace tailor
