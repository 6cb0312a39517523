// The order in which people expect names: "class 2" before "class 10".
#pragma once

#include <string_view>

namespace tailor {

// Runs of digits are compared as numbers, all else by bytes; names that differ in leading zeros alone by bytes. A strict
// total order.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace tailor
