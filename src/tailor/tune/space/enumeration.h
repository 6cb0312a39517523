// The settings of a finite space (or of a grid laid over any space), numbered 0 … count - 1, with conditions
// respected: each different setting has exactly one number. Used by the grid sampler and to avoid duplicates.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tailor/tune/space/space.h"

namespace tailor {

// Number of different settings, saturating at 2^64 - 1; nothing if infinite.
std::optional<std::uint64_t> cardinality(const Space& space);

class Enumeration {
 public:
  // values[i]: how many values parameter i takes, by number: all of those its distribution has, or
  // points of a grid, evenly on its scale from lowest to highest. Parents of conditional parameters take all.
  Enumeration(const Space& space, std::vector<std::uint64_t> values);

  std::uint64_t count() const { return count_; }  // saturates at 2^64 - 1
  Assignment at(std::uint64_t k) const;

 private:
  // One value of a parent for which other children are active than for its neighbours.
  struct Branch {
    std::uint64_t value = 0;  // its number
    std::uint64_t settings = 0;
    std::vector<std::size_t> children;
  };

  double value(std::size_t i, std::uint64_t k) const;
  std::vector<Branch> branches_of(std::size_t i) const;
  void place(std::size_t i, std::uint64_t k, Assignment& setting) const;

  const Space& space_;
  std::vector<std::uint64_t> values_;
  std::vector<std::vector<Branch>> branches_;  // ascending by value
  std::vector<std::uint64_t> settings_;        // of each parameter with all that depends on it
  std::uint64_t count_ = 1;
};

}  // namespace tailor
