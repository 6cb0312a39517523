// The entries of a .zip (so of an .npz) or .tar.gz, one after the other, read by libarchive: BSD-licensed, fuzzed
// continuously by OSS-Fuzz, in every distribution. Nothing is ever written, so names that point elsewhere harm nobody.
//
// A bomb is met by limits: what an entry says to hold is checked before anything of it is inflated, and only
// what somebody asks for is inflated beyond that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tailor {

// An entry that is a regular file.
struct ArchiveEntry {
  std::string name;        // without folders
  std::uint64_t size = 0;  // of its content, as the archive says
};

class Archive {
 public:
  // Bad input if the file is missing or no such archive.
  explicit Archive(const std::filesystem::path& path);
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  const std::string& name() const { return name_; }

  // The next file; nothing after the last, which includes the check of a gzip file's sums. Folders, links and devices are passed over. Bad input if the archive is
  // damaged, or has more than 100,000 entries, or more than 16 GiB in them (.tar.gz: 2 GiB), or is a bomb.
  std::optional<ArchiveEntry> next();
  // Of the entry at hand: up to `bytes`; fewer only at its end, which includes the check of
  // its checksum and size.
  std::size_t read(void* to, std::size_t bytes);

 private:
  struct Reader;

  [[nodiscard]] class Error damaged() const;
  void read_to_end();

  const std::string name_;
  std::unique_ptr<Reader> reader_;
  std::uint64_t packed_ = 0;  // the file's size
  std::uint64_t entries_ = 0, content_ = 0;
  std::uint64_t entry_size_ = 0, entry_read_ = 0;  // bytes of the entry at hand
};

// Whether the file's first bytes are those of a .zip or a gzip file; false for what is no regular file.
bool may_be_archive(const std::filesystem::path& path);

// The names of the first `most` files in the archive, cheaply; none if it is none.
std::vector<std::string> first_names(const std::filesystem::path& path, std::size_t most);

}  // namespace tailor
