// Text files of the source tree that travel inside the library (shipped architectures, recipes, …), so that
// the command works wherever it is copied. cmake/EmbedFiles.cmake writes the functions that return them.
#pragma once

#include <span>
#include <string_view>

namespace tailor {

struct EmbeddedFile {
  std::string_view name;     // the file's name without folder and extension: "mnist_cnn"
  std::string_view content;  // the whole text
};

// architectures/*.toml, the default first.
std::span<const EmbeddedFile> embedded_architectures();
// recipes/*.toml, in the order of their names.
std::span<const EmbeddedFile> embedded_recipes();
// spaces/*.toml, from the smallest to the largest.
std::span<const EmbeddedFile> embedded_spaces();
// The page that draws a study document: one file (see report/page.h).
std::span<const EmbeddedFile> embedded_page();

}  // namespace tailor
