#include "tailor/report/label.h"

#include <algorithm>

#include "tailor/base/text.h"

namespace tailor {
namespace {

// The length in bytes of the UTF-8 character at the start, 0 if it is none (overlong forms and surrogates
// included).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool outside = (first == 0xed && byte(1) >= 0xa0) || (first == 0xf4 && byte(1) >= 0x90);
  return overlong || outside ? 0 : length;
}

// U+0000 to U+001F, U+007F to U+009F.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  return first < 0x20 || first == 0x7f || (first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0);
}

}  // namespace

std::string shown_label(std::string_view text, std::size_t longest) {
  std::string shown;
  for (std::size_t count = 1; !text.empty(); ++count) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(character.size());
    if (count == longest && !text.empty()) return shown + "…";
    shown += length == 0 ? "?" : is_control(character) ? " " : character;
  }
  return shown;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string listed(std::vector<std::string> items) {
  if (items.size() < 2) return join(items, "");
  const std::string last = items.back();
  items.pop_back();
  return join(items, ", ") + " and " + last;
}

std::string wrapped(const std::string& text, const std::string& first) {
  std::string out = first, word;
  std::size_t column = characters(first);
  bool start = true;
  const auto put = [&] {
    if (word.empty()) return;
    if (!start && column + 1 + characters(word) > page_columns) {
      out += "\n" + std::string(characters(first), ' ');
      column = characters(first);
      start = true;
    }
    if (!start) out += ' ', ++column;
    out += word;
    column += characters(word);
    start = false;
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ' || c == '\n') {
      put();
    } else {
      word += c;
    }
  }
  put();
  return out + "\n";
}

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, characters(text)), ' ');
}

}  // namespace tailor
