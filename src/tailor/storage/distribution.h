// What one parameter of a study may be, as Optuna's tables describe it. Storage writes and reads it as JSON;
// the search space (tune) is made of these. Values travel as Optuna's internal representation, one double:
// a real or an integer is itself, a category is its index in `choices`.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tailor {

// null, true, 3, 0.5, "adam"
using Category = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

struct Distribution {
  enum class Kind { real, integer, categorical };

  Kind kind = Kind::real;
  double low = 0, high = 0;         // real, integer: inclusive; log: low > 0
  double step = 0;                  // values are low + k * step; real: 0 for any value; integer: at least 1
  bool log = false;                 // searched on a logarithmic scale; then step is 0 (real) or 1 (integer)
  std::vector<Category> choices{};  // categorical: at least one, all different, order matters

  bool operator==(const Distribution&) const = default;
};

}  // namespace tailor
