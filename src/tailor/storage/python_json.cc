#include "tailor/storage/python_json.h"

#include <array>
#include <limits>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace tailor {
namespace {

using nlohmann::json;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array<std::pair<std::string_view, double>, 3> names = {
    {{"NaN", std::numeric_limits<double>::quiet_NaN()}, {"Infinity", infinity}, {"-Infinity", -infinity}}};
// Texts that stand for them while the library reads the rest; U+FFFF is no character, so nobody's text has
// it.
constexpr std::string_view mark = "\xef\xbf\xbf";

// The text with each name outside of strings as a string of its own.
std::string with_marks(std::string_view text) {
  std::string marked;
  bool within = false;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') within = !within;
    std::size_t length = within && text[i] == '\\' && i + 1 < text.size() ? 2 : 1;
    bool named = false;
    for (const auto& [name, value] : names)
      if (!within && text.substr(i).starts_with(name)) {
        marked.append("\"").append(mark).append(name).append("\"");
        length = name.size();
        named = true;
        break;
      }
    if (!named) marked.append(text.substr(i, length));
    i += length;
  }
  return marked;
}

void put_numbers(json& value) {
  if (value.is_structured()) {
    for (json& element : value) put_numbers(element);
  } else if (value.is_string()) {
    for (const auto& [name, number] : names)
      if (value.get_ref<const std::string&>() == std::string(mark).append(name)) {
        value = number;
        return;
      }
  }
}

}  // namespace

json parse_python_json(std::string_view text) {
  json value = json::parse(text, nullptr, false);
  if (!value.is_discarded()) return value;  // nearly always
  value = json::parse(with_marks(text), nullptr, false);
  put_numbers(value);
  return value;
}

}  // namespace tailor
