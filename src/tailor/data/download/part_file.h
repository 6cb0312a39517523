// A file that is being fetched, NAME.part, and beside it NAME.part.version: which version of the file on the server it is a
// part of (an ETag, or a date), so that parts of two versions never come together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tailor {

class PartFile {
 public:
  // Opens or creates it, for appending. A failure if that cannot be.
  explicit PartFile(const std::filesystem::path& name);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  // For If-Range; empty if unknown.
  const std::string& version() const { return version_; }

  void append(std::string_view bytes);
  // Empties it, to begin with this version of the file.
  void restart(const std::string& version);
  // Syncs it and gives it its name.
  void finish();
  void remove();

 private:
  const std::filesystem::path name_, path_, version_path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::string version_;
};

}  // namespace tailor
