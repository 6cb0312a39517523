// The ways in which pickles write texts, and what messages may show of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tailor {

// At most 80 characters of ASCII, for messages: somebody else chose the text.
std::string printable(std::string_view text);

// Python's raw-unicode-escape, in which protocol 0 writes text, as UTF-8.
std::string from_raw_unicode_escape(std::string_view text);

// A quoted text as Python 2's repr() writes it; nothing if it is none.
std::optional<std::string> from_repr(std::string_view text);

// UTF-8 text as Latin-1 bytes; nothing if a character is not in it.
std::optional<std::string> to_latin1(std::string_view text);

}  // namespace tailor
