// Which training images fit the weights and which validate; a function of labels, sizes and seed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tailor {

struct Split {
  std::vector<std::uint32_t> train;       // indices into the training set, ascending
  std::vector<std::uint32_t> validation;  // the same; disjoint from train
  std::uint64_t seed = 0;
  std::string
      hash;  // SHA-256 over both index lists (u32 little-endian, each preceded by its u64 length), hex
};

// Training and validation images that a text asks for: "40000:20000" are counts; "2:1" or "80:20" are shares
// of all images. Anything else is a usage error that starts with `where`.
std::pair<std::size_t, std::size_t> split_sizes(const std::string& text, std::size_t total,
                                                std::string_view where);

// Stratified: each class is divided in the proportion train : validation (largest remainders make the totals
// exact). Sizes that exceed the number of labels, or a part of zero images, are a usage error.
Split stratified_split(std::span<const std::uint16_t> labels, std::size_t train, std::size_t validation,
                       std::uint64_t seed);

}  // namespace tailor
