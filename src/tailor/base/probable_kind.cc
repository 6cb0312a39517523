#include "tailor/base/probable_kind.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace tailor {

std::string probable_kind(std::string_view bytes) {
  using namespace std::literals;
  static constexpr std::pair<std::string_view, std::string_view> kinds[] = {
      {"PK\x03\x04"sv, "a ZIP archive: a PyTorch .pt checkpoint, a Keras .keras file or a NumPy .npz"sv},
      {"\x89HDF"sv, "an HDF5 file: Keras weights (.h5)"sv},
      {"\x93NUMPY"sv, "a NumPy array (.npy)"sv},
      {"GGUF"sv, "a GGUF model"sv},
      {"\x80\x02"sv, "a Python pickle: an old PyTorch checkpoint"sv},
      {"\x80\x03"sv, "a Python pickle"sv},
      {"\x80\x04"sv, "a Python pickle"sv},
      {"\x80\x05"sv, "a Python pickle"sv},
      {"\x1f\x8b"sv, "gzip-compressed: decompress it first"sv},
      {"\x89PNG"sv, "a PNG image"sv},
      {"\xff\xd8\xff"sv, "a JPEG image"sv},
      {"SQLite format 3"sv, "an SQLite database"sv},
      {"version https://git-lfs"sv, "a Git LFS pointer: fetch the file itself with git lfs pull"sv},
      {"<!DOCTYPE"sv, "a web page: the download went wrong"sv},
      {"<html"sv, "a web page: the download went wrong"sv},
      {"{"sv, "a JSON file"sv},
  };
  for (const auto& [magic, kind] : kinds)
    if (bytes.starts_with(magic)) return fmt::format("; it looks like {}", kind);
  const auto text = [](char c) { return (c >= 32 && c < 127) || c == '\n' || c == '\r' || c == '\t'; };
  if (std::all_of(bytes.begin(),
                  bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes.size(), 64)), text))
    return "; it looks like a text file";
  return "";
}

}  // namespace tailor
