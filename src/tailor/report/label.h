// Names that users or files chose (classes, data sets), made fit to be shown in a table or a picture.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tailor {

// Control characters (a terminal might obey them) become spaces, bytes that are not UTF-8 question marks, and
// what is longer than `longest` characters ends in an ellipsis.
std::string shown_label(std::string_view text, std::size_t longest);

// The number of characters of UTF-8 text.
std::size_t characters(std::string_view text);

// `text` with spaces behind it up to `width` characters; fmt would count bytes in some versions, columns in
// others.
std::string padded(std::string_view text, std::size_t width);

// As wide as terminals surely are, in characters.
inline constexpr std::size_t page_columns = 80;

// "a", "a and b", "a, b and c".
std::string listed(std::vector<std::string> items);

// The text's words in lines of at most so many, the first line after `first`, the others after as many
// spaces; the last one ends, too.
std::string wrapped(const std::string& text, const std::string& first);

}  // namespace tailor
