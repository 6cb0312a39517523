#include "tailor/tune/samplers/tried.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "tailor/tune/space/enumeration.h"

namespace tailor {
namespace {

constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();

}  // namespace

Tried::Tried(const Space& space, std::span<const Observation> history, bool repeats)
    : space_(space), history_(history), finite_(false), left_(endless) {
  const std::optional<std::uint64_t> all = cardinality(space);
  if (!all || *all == endless || repeats) return;
  finite_ = true;
  left_ = *all;
  if (history.size() >= *all) index();
}

void Tried::index() {
  indexed_ = true;
  for (const Observation& o : history_) {
    if (space_.contains(o.assignment) && seen_.insert(setting_hash(o.assignment)).second) --left_;
  }
}

// The first question is answered by walking through the history: an index pays only from the second on.
bool Tried::contains(const Assignment& setting) {
  if (!finite_) return false;
  if (indexed_) return seen_.contains(setting_hash(setting));
  const bool found = std::any_of(history_.begin(), history_.end(), [&setting](const Observation& o) {
    return same_setting(o.assignment, setting);
  });
  if (found) index();
  return found;
}

std::optional<Assignment> Tried::first_new(const std::function<Assignment(std::uint64_t)>& candidate,
                                           Key key) {
  if (exhausted()) return std::nullopt;
  for (std::uint64_t i = 0; i < 100; ++i) {
    Assignment setting = candidate(i);
    if (!contains(setting)) return setting;
  }
  std::vector<std::uint64_t> values;
  for (const Parameter& p : space_.parameters()) values.push_back(*cardinality(p.distribution));
  const Enumeration all(space_, values);
  const std::uint64_t start = key.with(Purpose::shuffle).below(0, all.count());
  for (std::uint64_t k = 0; k < all.count(); ++k) {
    Assignment setting = all.at((start + k) % all.count());
    if (!contains(setting)) return setting;
  }
  return std::nullopt;
}

}  // namespace tailor
