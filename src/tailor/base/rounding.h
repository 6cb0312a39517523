// Whole numbers rounded up.
#pragma once

namespace tailor {

// n / by, up; n >= 0, by > 0.
template <class Integer>
constexpr Integer ceil_div(Integer n, Integer by) {
  return (n + by - 1) / by;
}

// The next multiple of `to`; n >= 0, to > 0.
template <class Integer>
constexpr Integer round_up(Integer n, Integer to) {
  return ceil_div(n, to) * to;
}

}  // namespace tailor
