// Grid search: every combination of the finite parameters' values and of some points of the others.
#include <algorithm>
#include <unordered_set>

#include "tailor/tune/samplers/makers.h"
#include "tailor/tune/space/enumeration.h"

namespace tailor {
namespace {

// The place of element k in a random order of `count` elements: a Feistel network on the smallest square
// power of two that holds them, walked until it is back inside.
std::uint64_t shuffled_place(std::uint64_t k, std::uint64_t count, Key key) {
  std::uint64_t half = 1;
  while (half < 32 && (std::uint64_t{1} << (2 * half)) < count) ++half;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  do {
    std::uint64_t left = k >> half, right = k & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t mixed = left ^ (key.with(round).bits(right) & mask);
      left = right;
      right = mixed;
    }
    k = (left << half) | right;
  } while (k >= count);
  return k;
}

class GridSampler final : public Sampler {
 public:
  explicit GridSampler(const SamplerOptions& options) : options_(options) {}

  std::optional<Assignment> propose(const Space& space, std::span<const Observation> history,
                                    int trial_number, Key key) override {
    std::vector<std::uint64_t> values;
    const auto points = static_cast<std::uint64_t>(std::max(options_.grid_points, 1));
    for (const Parameter& p : space.parameters()) {
      const bool category = p.distribution.kind == Distribution::Kind::categorical;
      const std::uint64_t all = cardinality(p.distribution).value_or(points);
      values.push_back(category ? all : std::min(all, points));
    }
    const Enumeration grid(space, values);
    const auto at = [&](std::uint64_t k) {
      return grid.at(options_.grid_shuffle ? shuffled_place(k, grid.count(), key.with(Purpose::shuffle)) : k);
    };
    if (options_.repeats) return at(static_cast<std::uint64_t>(trial_number) % grid.count());

    std::unordered_set<std::uint64_t> tried;  // hashes; only asked, never walked through
    for (const Observation& o : history) tried.insert(setting_hash(o.assignment));
    for (std::uint64_t k = 0; k < grid.count(); ++k) {
      Assignment setting = at(k);
      if (!tried.contains(setting_hash(setting))) return setting;
    }
    return std::nullopt;
  }

 private:
  SamplerOptions options_;
};

}  // namespace

std::unique_ptr<Sampler> make_grid_sampler(const SamplerOptions& options) {
  return std::make_unique<GridSampler>(options);
}

}  // namespace tailor
