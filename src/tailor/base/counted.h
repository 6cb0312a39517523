// Numbers of things, for people.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace tailor {

// "1 run", "3 runs".
template <class Integer>
std::string counted(Integer n, std::string_view thing) {
  return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

}  // namespace tailor
