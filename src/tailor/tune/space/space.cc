#include "tailor/tune/space/space.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace tailor {
namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();
std::string where(const Parameter& parameter) {
  return fmt::format("search space: parameter '{}'", parameter.name);
}

void check_names(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  for (const Parameter& p : parameters) {
    if (p.name.empty()) throw bad_input("search space: a parameter has no name");
    if (std::find(names.begin(), names.end(), p.name) != names.end()) {
      throw bad_input("{}: is there twice", where(p));
    }
    names.push_back(p.name);
  }
  for (const Parameter& p : parameters) {
    if (p.condition && std::find(names.begin(), names.end(), p.condition->parent) == names.end()) {
      throw bad_input("{}: depends on '{}', which is not in the space{}", where(p), p.condition->parent,
                      did_you_mean(p.condition->parent, names));
    }
  }
}

void check_condition(const Parameter& p, const Parameter& parent) {
  const Condition& condition = *p.condition;
  if (!cardinality(parent.distribution)) {
    throw bad_input("{}: depends on '{}', a real number without steps, whose single values are never met",
                    where(p), parent.name);
  }
  if (condition.values.empty()) {
    throw bad_input("{}: no value of '{}' is given for which it is active", where(p), parent.name);
  }
  for (const double value : condition.values) {
    if (!tailor::contains(parent.distribution, value)) {
      throw bad_input("{}: is active for a value that '{}' never has: {}", where(p), parent.name, value);
    }
  }
}

// Parents first, otherwise in the given order.
std::vector<Parameter> in_order(std::vector<Parameter> given) {
  std::vector<Parameter> sorted;
  const auto placed = [&sorted](const std::string& name) {
    return std::any_of(sorted.begin(), sorted.end(), [&name](const Parameter& p) { return p.name == name; });
  };
  while (!given.empty()) {
    const auto next = std::find_if(given.begin(), given.end(), [&placed](const Parameter& p) {
      return !p.condition || placed(p.condition->parent);
    });
    if (next == given.end()) {
      throw bad_input("{}: depends on itself through '{}'", where(given.front()),
                      given.front().condition->parent);
    }
    sorted.push_back(std::move(*next));
    given.erase(next);
  }
  return sorted;
}

}  // namespace

Space::Space(std::vector<Parameter> parameters) {
  check_names(parameters);
  for (const Parameter& p : parameters) check_distribution(p.distribution, where(p));
  parameters_ = in_order(std::move(parameters));
  for (const Parameter& p : parameters_) {
    parents_.push_back(p.condition ? find(p.condition->parent) : std::nullopt);
    if (parents_.back()) check_condition(p, parameters_[*parents_.back()]);
  }
}

std::optional<std::size_t> Space::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (parameters_[i].name == name) return i;
  }
  return std::nullopt;
}

bool Space::active(std::size_t i, const Assignment& values) const {
  if (!parents_[i]) return true;
  const double parent = values[*parents_[i]];  // NaN, of an inactive parent, equals nothing
  const std::vector<double>& wanted = parameters_[i].condition->values;
  return std::find(wanted.begin(), wanted.end(), parent) != wanted.end();
}

std::vector<NamedValue> Space::to_named(const Assignment& values) const {
  std::vector<NamedValue> named;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!std::isnan(values[i])) named.push_back({parameters_[i].name, distribution(i), values[i]});
  }
  return named;
}

bool Space::contains(const Assignment& values) const {
  if (values.size() != size()) return false;
  for (std::size_t i = 0; i < size(); ++i) {
    if (active(i, values) ? !tailor::contains(distribution(i), values[i]) : !std::isnan(values[i]))
      return false;
  }
  return true;
}

bool same_setting(const Assignment& a, const Assignment& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

std::uint64_t setting_hash(const Assignment& values) {
  std::uint64_t hash = values.size();
  for (const double value : values) {
    const double canonical = std::isnan(value) ? absent : value + 0.0;  // one NaN, one zero
    hash = mix64(hash ^ std::bit_cast<std::uint64_t>(canonical)) + 0x9e3779b97f4a7c15u;
  }
  return hash;
}

Assignment from_unit(const Space& space, std::span<const double> u) {
  Assignment values(space.size(), absent);
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (space.active(i, values)) values[i] = from_unit(space.distribution(i), u[i]);
  }
  return values;
}

Assignment draw_uniform(const Space& space, Key key) {
  std::vector<double> u(space.size());
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = key.uniform(i);
  return from_unit(space, u);
}

}  // namespace tailor
