// The search space of a study: parameters with their ranges, some of them only active for certain values of
// another, and the settings (assignments) that samplers propose in it. Used by samplers, pruners' callers and
// the study loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/storage/distribution.h"
#include "tailor/tune/space/scale.h"

namespace tailor {

// A parameter exists only while its parent has one of these values (internal: a category's index, an integer
// or a stepped real) and is active itself.
struct Condition {
  std::string parent;
  std::vector<double> values;

  bool operator==(const Condition&) const = default;
};

struct Parameter {
  std::string name;
  Distribution distribution;
  std::optional<Condition> condition = std::nullopt;

  bool operator==(const Parameter&) const = default;
};

// One setting: a value for each parameter of the space, in the space's order, in Optuna's internal
// representation; NaN where the parameter is inactive or, in trials of an earlier space, missing.
using Assignment = std::vector<double>;

// One value as a trial in storage has it.
struct NamedValue {
  std::string name;
  Distribution distribution;
  double value = 0;
};

class Space {
 public:
  Space() = default;
  // Parents are moved before their children; otherwise the order is kept. A space that cannot be searched
  // (two parameters of one name, an empty range, a high that no number of steps reaches, equal choices, an
  // unknown parent, a condition that can never hold, a cycle) is bad input: "search space: parameter 'x': …".
  explicit Space(std::vector<Parameter> parameters);

  std::size_t size() const { return parameters_.size(); }
  const Parameter& operator[](std::size_t i) const { return parameters_[i]; }
  std::span<const Parameter> parameters() const { return parameters_; }
  const Distribution& distribution(std::size_t i) const { return parameters_[i].distribution; }

  // The place of a parameter; nothing if there is none of this name.
  std::optional<std::size_t> find(std::string_view name) const;
  // The place of a conditional parameter's parent, nothing for the others.
  std::optional<std::size_t> parent(std::size_t i) const { return parents_[i]; }

  // Whether parameter i exists in a setting whose parameters before i are known.
  bool active(std::size_t i, const Assignment& values) const;

  // The active parameters with their distributions.
  std::vector<NamedValue> to_named(const Assignment& values) const;

  // Whether every active parameter has one of its values, and every inactive one has none.
  bool contains(const Assignment& values) const;

  bool operator==(const Space& other) const { return parameters_ == other.parameters_; }

 private:
  std::vector<Parameter> parameters_;
  std::vector<std::optional<std::size_t>> parents_;
};

// The same setting, for finding duplicates: equal bit patterns except that every NaN equals every other.
bool same_setting(const Assignment& a, const Assignment& b);
// Equal for the same settings.
std::uint64_t setting_hash(const Assignment& values);

// A setting from one number in [0, 1) for each parameter (also for those that turn out to be inactive).
Assignment from_unit(const Space& space, std::span<const double> u);
// Uniform over the space, on each parameter's own scale: numbers 0 … size - 1 of the key.
Assignment draw_uniform(const Space& space, Key key);

}  // namespace tailor
