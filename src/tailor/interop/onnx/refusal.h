// What a node asks for that tailor does not have. Thrown where a node is converted, collected by the importer, which
// names all of them at once.
#pragma once

#include <string>
#include <utility>

#include <fmt/format.h>

namespace tailor::onnx {

struct Refusal {
  std::string attribute;  // empty if it is about the node as a whole
  std::string text;
};

template <class... Args>
[[nodiscard]] Refusal refusal(fmt::format_string<Args...> text, Args&&... args) {
  return {"", fmt::format(text, std::forward<Args>(args)...)};
}

template <class... Args>
[[nodiscard]] Refusal refusal_of(const char* attribute, fmt::format_string<Args...> text, Args&&... args) {
  return {attribute, fmt::format(text, std::forward<Args>(args)...)};
}

}  // namespace tailor::onnx
