#include "tailor/data/arrays/array_type.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include <fmt/format.h>

namespace tailor {
namespace {

template <class Bits>
Bits load(const unsigned char* from, bool big_endian) {
  unsigned char bytes[sizeof(Bits)];
  std::memcpy(bytes, from, sizeof bytes);
  if (big_endian) std::reverse(bytes, bytes + sizeof bytes);
  Bits bits = 0;
  for (std::size_t i = sizeof bytes; i-- > 0;)
    bits = static_cast<Bits>(bits << (sizeof bits > 1 ? 8 : 0) | bytes[i]);
  return bits;
}

// IEEE 754 binary16.
double half(std::uint16_t bits) {
  const double sign = bits & 0x8000 ? -1 : 1;
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  if (exponent == 31)
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
}

// Calls use(value_at): a function from the place of a value's bytes to the value.
template <class Use>
auto with_values(const ArrayType& type, Use&& use) {
  const bool big = type.big_endian;
  const auto unsigned_as = [&]<class Bits>(Bits) {
    return use([big](const unsigned char* p) { return load<Bits>(p, big); });
  };
  const auto signed_as = [&]<class Bits>(Bits) {
    return use(
        [big](const unsigned char* p) { return static_cast<std::make_signed_t<Bits>>(load<Bits>(p, big)); });
  };
  if (type.kind == 'f') {
    if (type.bytes == 2)
      return use([big](const unsigned char* p) { return half(load<std::uint16_t>(p, big)); });
    if (type.bytes == 4)
      return use([big](const unsigned char* p) { return std::bit_cast<float>(load<std::uint32_t>(p, big)); });
    return use([big](const unsigned char* p) { return std::bit_cast<double>(load<std::uint64_t>(p, big)); });
  }
  if (type.kind == 'i') {
    if (type.bytes == 1) return signed_as(std::uint8_t{});
    if (type.bytes == 2) return signed_as(std::uint16_t{});
    if (type.bytes == 4) return signed_as(std::uint32_t{});
    return signed_as(std::uint64_t{});
  }
  if (type.bytes == 1) return unsigned_as(std::uint8_t{});  // and bool
  if (type.bytes == 2) return unsigned_as(std::uint16_t{});
  if (type.bytes == 4) return unsigned_as(std::uint32_t{});
  return unsigned_as(std::uint64_t{});
}

}  // namespace

std::optional<ArrayType> parse_array_type(std::string_view text) {
  ArrayType type;
  if (!text.empty() && (text[0] == '<' || text[0] == '>' || text[0] == '|' || text[0] == '=')) {
    type.big_endian = text[0] == '>';
    text.remove_prefix(1);
  }
  if (text.size() != 2) return std::nullopt;
  type.kind = text[0];
  type.bytes = text[1] - '0';
  const bool power = type.bytes == 1 || type.bytes == 2 || type.bytes == 4 || type.bytes == 8;
  const bool known = type.kind == 'b'   ? type.bytes == 1
                     : type.kind == 'f' ? type.bytes > 1
                                        : type.kind == 'i' || type.kind == 'u';
  if (!power || !known) return std::nullopt;
  if (type.bytes == 1) type.big_endian = false;
  return type;
}

template <class Whole>
std::size_t to_whole_numbers(const ArrayType& type, const unsigned char* from, std::size_t n, Whole* to) {
  if (type.kind == 'u' && type.bytes == 1 && sizeof(Whole) == 1) {
    std::memcpy(to, from, n);
    return n;
  }
  return with_values(type, [&](auto value_at) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto value = value_at(from + i * static_cast<std::size_t>(type.bytes));
      using Value = std::remove_const_t<decltype(value)>;
      if constexpr (std::is_floating_point_v<Value>) {
        if (!(value >= 0 && value <= std::numeric_limits<Whole>::max()) || value != std::floor(value))
          return i;
      } else if (value < Value{0} || static_cast<std::uint64_t>(value) > std::numeric_limits<Whole>::max()) {
        return i;
      }
      to[i] = static_cast<Whole>(value);
    }
    return n;
  });
}

template std::size_t to_whole_numbers(const ArrayType&, const unsigned char*, std::size_t, std::uint8_t*);
template std::size_t to_whole_numbers(const ArrayType&, const unsigned char*, std::size_t, std::uint16_t*);

std::string value_text(const ArrayType& type, const unsigned char* from) {
  return with_values(type, [&](auto value_at) { return fmt::format("{}", value_at(from)); });
}

}  // namespace tailor
