// Which training images fit the weights and which validate; a function of the set, sizes and seed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tailor/data/image_set.h"

namespace tailor {

struct Split {
  std::vector<std::uint32_t> train;       // indices into the training set, ascending
  std::vector<std::uint32_t> validation;  // the same; disjoint from train
  std::uint64_t seed = 0;
  std::string
      hash;  // SHA-256 over both index lists (u32 little-endian, each preceded by its u64 length), hex
};

// With its lists sorted and its hash made.
Split finished_split(Split split, std::uint64_t seed);

inline constexpr const char* default_split = "2:1";

// Training and validation images that a text asks for: "40000:20000" are counts; "2:1" or "80:20" are shares
// of all images. Anything else is a usage error that starts with `where`.
std::pair<std::size_t, std::size_t> split_sizes(const std::string& text, std::size_t total,
                                                std::string_view where);
// Stratified: each class is divided in the proportion train : validation (largest remainders make the totals
// exact). Sizes that exceed the number of labels, or a part of zero images, are a usage error.
Split stratified_split(std::span<const std::uint16_t> labels, std::size_t train, std::size_t validation,
                       std::uint64_t seed);

// No group in both parts; classes and sizes as near to the wanted ones as whole groups allow (deal_groups.h). The same
// usage errors, and one if there are fewer than two groups.
Split grouped_split(std::span<const std::uint16_t> labels, std::span<const std::uint32_t> groups,
                    std::size_t train, std::size_t validation, std::uint64_t seed);

// The way that the set's images are divided: by its own parts, by groups, or stratified. Sizes other than those of its
// own parts are a usage error. For what was recorded: the sizes of a make_split and its seed give the same again.
Split split_images(const ImageSet& images, std::size_t train, std::size_t validation, std::uint64_t seed);

// As a user asks for it, by a text for split_sizes or default_split. Where the set has a validation part of its own it is
// used as it is, and a text is a usage error. With groups, the sizes are those that whole groups come to.
Split make_split(const std::optional<std::string>& text, const ImageSet& images, std::uint64_t seed,
                 std::string_view where);

}  // namespace tailor
