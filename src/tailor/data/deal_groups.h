// Divides whole groups of images among parts: what splits and folds of images with groups are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tailor {

// For each part the indices of its images, unordered; a part may come out empty. Classes and sizes are as near to the
// wanted ones as whole groups allow: the largest groups first, in the seed's order among equals, each to the part that it
// brings nearest to its share of each class. `sizes` sum to the number of images; parts of size 0 get none.
std::vector<std::vector<std::uint32_t>> deal_groups(std::span<const std::uint16_t> labels,
                                                    std::span<const std::uint32_t> groups,
                                                    std::span<const std::size_t> sizes, std::uint64_t seed);

// How many different groups there are.
std::size_t count_groups(std::span<const std::uint32_t> groups);

}  // namespace tailor
