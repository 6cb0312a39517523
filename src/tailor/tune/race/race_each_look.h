// The rule of races that began before their error was that of the whole race: they end as they began, since
// runs were made by it, and `benchmarks/race` shows what it did. `error` is that of one look: one-sided tests
// against the leader, Bonferroni among those compared, with a variance that is the candidate's own plus that
// of the better half, pooled. Over all looks, and where candidates differ in noise, it errs much more often.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tailor {

// Who of `in` (best mean first, at least two) is dropped after `seeds`.
std::vector<std::size_t> beaten_at_one_look(std::span<const std::vector<double>> costs,
                                            std::span<const std::size_t> in, std::size_t seeds, double error);

}  // namespace tailor
