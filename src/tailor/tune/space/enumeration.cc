#include "tailor/tune/space/enumeration.h"

#include <algorithm>
#include <limits>

namespace tailor {
namespace {

constexpr std::uint64_t most_settings = std::numeric_limits<std::uint64_t>::max();

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return a != 0 && b > most_settings / a ? most_settings : a * b;
}
std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return b > most_settings - a ? most_settings : a + b; }

}  // namespace

std::optional<std::uint64_t> cardinality(const Space& space) {
  std::vector<std::uint64_t> values;
  for (const Parameter& p : space.parameters()) {
    const std::optional<std::uint64_t> own = cardinality(p.distribution);
    if (!own) return std::nullopt;
    values.push_back(*own);
  }
  return Enumeration(space, std::move(values)).count();
}

Enumeration::Enumeration(const Space& space, std::vector<std::uint64_t> values)
    : space_(space), values_(std::move(values)), branches_(space.size()), settings_(space.size()) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (space.parent(i)) values_[*space.parent(i)] = *cardinality(space.distribution(*space.parent(i)));
  }
  for (std::size_t i = space.size(); i-- > 0;) {
    branches_[i] = branches_of(i);
    settings_[i] = values_[i] - branches_[i].size();
    for (const Branch& branch : branches_[i]) settings_[i] = plus(settings_[i], branch.settings);
    if (!space.parent(i)) count_ = times(count_, settings_[i]);
  }
}

double Enumeration::value(std::size_t i, std::uint64_t k) const {
  const Distribution& d = space_.distribution(i);
  if (cardinality(d) == values_[i]) return value_at(d, k);
  if (values_[i] == 1) return from_unit(d, 0.5);
  const double low = to_scale(d, d.low), high = to_scale(d, d.high);
  return from_scale(d, low + static_cast<double>(k) / static_cast<double>(values_[i] - 1) * (high - low));
}

std::vector<Enumeration::Branch> Enumeration::branches_of(std::size_t i) const {
  std::vector<Branch> branches;
  for (std::size_t child = i + 1; child < space_.size(); ++child) {
    if (space_.parent(child) != i) continue;
    for (const double value : space_[child].condition->values) {
      const std::uint64_t k = number_of(space_.distribution(i), value);
      auto branch =
          std::find_if(branches.begin(), branches.end(), [k](const Branch& b) { return b.value == k; });
      if (branch == branches.end()) branch = branches.insert(branch, Branch{k, 1, {}});
      if (!branch->children.empty() && branch->children.back() == child)
        continue;  // the value is given twice
      branch->children.push_back(child);
      branch->settings = times(branch->settings, settings_[child]);
    }
  }
  std::sort(branches.begin(), branches.end(),
            [](const Branch& a, const Branch& b) { return a.value < b.value; });
  return branches;
}

Assignment Enumeration::at(std::uint64_t k) const {
  Assignment setting(space_.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = space_.size(); i-- > 0;) {  // the last parameter changes fastest
    if (space_.parent(i)) continue;
    place(i, k % settings_[i], setting);
    k /= settings_[i];
  }
  return setting;
}

// Gives parameter i, and what depends on it, the k-th of its settings.
void Enumeration::place(std::size_t i, std::uint64_t k, Assignment& setting) const {
  std::uint64_t next = 0;  // number of the first value not passed yet
  for (const Branch& branch : branches_[i]) {
    if (k < branch.value - next) break;
    k -= branch.value - next;
    if (k < branch.settings) {
      setting[i] = value(i, branch.value);
      for (std::size_t c = branch.children.size(); c-- > 0;) {
        const std::size_t child = branch.children[c];
        place(child, k % settings_[child], setting);
        k /= settings_[child];
      }
      return;
    }
    k -= branch.settings;
    next = branch.value + 1;
  }
  setting[i] = value(i, next + k);
}

}  // namespace tailor
