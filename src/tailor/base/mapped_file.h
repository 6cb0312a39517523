// A file's content in memory without reading it: pages come from the disk when they are looked at, are shared
// by all processes that map the file, and go again when memory is short.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace tailor {

class MappedFile {
 public:
  // Read-only, of a regular file. A missing or unreadable one is bad input. The file must not become shorter
  // while this lives; replacing it (write and rename) is fine.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tailor
