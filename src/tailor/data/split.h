// Which training images fit the weights and which validate; a function of labels, sizes and seed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tailor {

struct Split {
  std::vector<std::uint32_t> train;       // indices into the training set, ascending
  std::vector<std::uint32_t> validation;  // the same; disjoint from train
  std::uint64_t seed = 0;
  std::string
      hash;  // SHA-256 over both index lists (u32 little-endian, each preceded by its u64 length), hex
};

// Stratified: each class is divided in the proportion train : validation (largest remainders make the totals
// exact). Sizes that exceed the number of labels, or a part of zero images, are a usage error.
Split stratified_split(std::span<const std::uint16_t> labels, std::size_t train, std::size_t validation,
                       std::uint64_t seed);

}  // namespace tailor
