// The Sobol sequence, Owen-scrambled: points that fill a unit cube evenly however many of them are used, each
// computed from its index alone. Used by the sobol sampler and for the first trials of the model-based ones.
//
// Direction numbers: Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections",
// SIAM J. Sci. Comput. 30 (2008), from Boost. Scrambling: Owen's nested uniform one; each bit is flipped by a
// hash of the bits above it (Burley, "Practical hash-based Owen scrambling", JCGT 9(4), 2020, but with a full
// hash for each bit instead of a cheaper approximation).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tailor/base/random.h"

namespace tailor {

class Sobol {
 public:
  // At most 3667 dimensions.
  explicit Sobol(std::size_t dimensions);

  std::size_t dimensions() const { return directions_.size() / bits; }
  // Coordinate of point `index` as 32 bits of a binary fraction, not scrambled, points in the natural order
  // of the index (not in that of its Gray code).
  std::uint32_t raw(std::uint32_t index, std::size_t dimension) const;
  // All coordinates of a point, each in (0, 1), scrambled by the key.
  std::vector<double> point(std::uint32_t index, Key key) const;

 private:
  static constexpr std::size_t bits = 32;
  std::vector<std::uint32_t> directions_;  // [dimensions][bits]
};

// Flips each bit of x, from the highest, by a hash of the bits above it.
std::uint32_t owen_scramble(std::uint32_t x, Key key);

}  // namespace tailor
