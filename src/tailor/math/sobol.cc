#include "tailor/math/sobol.h"

#include <boost/random/sobol.hpp>

#include "tailor/base/error.h"

namespace tailor {

// Boost's engine gives points in Gray-code order from point 1 on, so its state after 2^(k+1) - 2 steps is the
// direction number of bit k alone.
Sobol::Sobol(std::size_t dimensions) : directions_(dimensions * bits) {
  if (dimensions == 0) return;
  constexpr std::size_t most = boost::random::default_sobol_table::max_dimension;
  if (dimensions > most) throw bad_input("search space: {} parameters; at most {}", dimensions, most);
  boost::random::sobol_engine<std::uint32_t, bits> engine(dimensions);
  for (std::size_t k = 0; k < bits; ++k) {
    engine.seed(static_cast<std::uint32_t>((std::uint64_t{1} << (k + 1)) - 2));
    for (std::size_t d = 0; d < dimensions; ++d) directions_[d * bits + k] = engine();
  }
}

std::uint32_t Sobol::raw(std::uint32_t index, std::size_t dimension) const {
  std::uint32_t x = 0;
  for (std::size_t k = 0; index != 0; ++k, index >>= 1) {
    if (index & 1) x ^= directions_[dimension * bits + k];
  }
  return x;
}

std::uint32_t owen_scramble(std::uint32_t x, Key key) {
  std::uint32_t flips = 0;
  for (std::uint32_t level = 0; level < 32; ++level) {
    const std::uint64_t above = level == 0 ? 0 : x >> (32 - level);
    const std::uint64_t node = (std::uint64_t{1} << level) | above;  // numbers the nodes of the binary tree
    flips = (flips << 1) | static_cast<std::uint32_t>(key.bits(node) & 1);
  }
  return x ^ flips;
}

std::vector<double> Sobol::point(std::uint32_t index, Key key) const {
  std::vector<double> u(dimensions());
  for (std::size_t d = 0; d < u.size(); ++d) {
    u[d] = (owen_scramble(raw(index, d), key.with(d)) + 0.5) * 0x1.0p-32;
  }
  return u;
}

}  // namespace tailor
