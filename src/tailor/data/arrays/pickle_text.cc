#include "tailor/data/arrays/pickle_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace tailor {
namespace {

std::string utf8_of(std::uint32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xc0 | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xe0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (code >> 18 & 7)), tail(12), tail(6), tail(0)};
}

std::optional<std::uint32_t> hexadecimal(std::string_view digits, std::size_t wanted) {
  std::uint32_t value = 0;
  if (digits.size() < wanted) return std::nullopt;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + wanted, value, 16);
  if (code != std::errc() || end != digits.data() + wanted) return std::nullopt;
  return value;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 80));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

std::string from_raw_unicode_escape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const std::size_t digits = text[i] != '\\' ? 0 : next == 'u' ? 4 : next == 'U' ? 8 : 0;
    const std::optional<std::uint32_t> code =
        digits ? hexadecimal(text.substr(i + 2), digits) : std::optional<std::uint32_t>();
    out += utf8_of(code ? *code : static_cast<unsigned char>(text[i]));
    if (code) i += 1 + digits;
  }
  return out;
}

std::optional<std::string> from_repr(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back() || (text.front() != '\'' && text.front() != '"'))
    return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    constexpr std::string_view letters = "\\'\"abfnrtv", meant = "\\'\"\a\b\f\n\r\t\v";
    if (text[i] == 'x') {
      const std::optional<std::uint32_t> code = hexadecimal(text.substr(i + 1), 2);
      if (!code) return std::nullopt;
      out += static_cast<char>(*code);
      i += 2;
    } else if (const std::size_t letter = letters.find(text[i]); letter != std::string_view::npos) {
      out += meant[letter];
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<std::string> to_latin1(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      out += text[i];
    } else {
      if ((c != 0xc2 && c != 0xc3) || ++i == text.size()) return std::nullopt;
      out += static_cast<char>(c << 6 | (static_cast<unsigned char>(text[i]) & 0x3f));
    }
  }
  return out;
}

}  // namespace tailor
