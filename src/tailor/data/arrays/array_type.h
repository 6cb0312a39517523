// The types of NumPy's numbers, and their values as the whole numbers that pixels and labels are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tailor {

struct ArrayType {
  char kind = 'u';  // NumPy's letters: b (bool), i, u, f
  int bytes = 1;
  bool big_endian = false;

  bool operator==(const ArrayType&) const = default;
};

// "|u1", "<i8", ">f4", "b1", as numpy.dtype.str has it; nothing for types that are no real numbers of 1 to 8 bytes.
std::optional<ArrayType> parse_array_type(std::string_view text);

// Converts n values that are whole numbers from 0 to the largest of Whole (std::uint8_t or std::uint16_t). Ends before the
// first one that is something else and says how many were converted.
template <class Whole>
std::size_t to_whole_numbers(const ArrayType& type, const unsigned char* from, std::size_t n, Whole* to);

// One value, for messages: "0.5", "-1", "256".
std::string value_text(const ArrayType& type, const unsigned char* from);

}  // namespace tailor
