// Where decoded pictures are kept between commands: packs, named by their content and by what was done to it, and small
// files that say which pack a list of files (names, sizes, times) has, so that nothing is read to find it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tailor/data/image_pack.h"

namespace tailor {

// One pack, as `tailor data cache` lists it.
struct CachedImages {
  std::filesystem::path file;
  std::string source;
  std::uint64_t bytes = 0;
  std::filesystem::file_time_type used;
};

class ImageCache {
 public:
  // Of the folder, which is made when something is put into it. Packs of more than `limit` bytes in all are removed, the
  // ones used longest ago first, when another one is made.
  explicit ImageCache(std::filesystem::path folder, std::uint64_t limit = default_limit);

  static constexpr std::uint64_t default_limit = 100'000'000'000;

  // How a pack is made that is not there yet.
  struct Making {
    std::function<std::optional<std::string>()>
        key;  // of the content, which it reads; nothing: not to be kept
    std::function<void(const std::filesystem::path& pack)> make;
    std::function<void()> waiting = [] {};  // called once if another process makes it
  };
  // The pack of a list of files with this signature: the one that is there, or a new one. One process at a time reads and
  // makes it, the others wait. Nothing if `making` gives no key. Passes on what `making` throws; a failure if the folder
  // cannot be written to.
  std::optional<ImagePack> find_or_make(const std::string& signature, const Making& making) const;

  // By the signature of a list of files.
  std::optional<ImagePack> find(const std::string& signature) const;

  // Where the pack of this key belongs; the folder is there afterwards.
  std::filesystem::path pack_file(const std::string& key) const;
  // The pack is there: from now on this list of files has it. Makes room.
  void remember(const std::string& signature, const std::string& key) const;

  // Packs, the one used last first.
  std::vector<CachedImages> list() const;
  // Removes packs, the ones used longest ago first, until those left have at most this size together. What is in use
  // stays usable for whoever has it open. Returns what was removed.
  std::vector<CachedImages> shrink(std::uint64_t bytes) const;

 private:
  class Lock;
  std::filesystem::path key_file(const std::string& signature) const;
  // By the key of a content, which this list of files has from now on.
  std::optional<ImagePack> find_content(const std::string& signature, const std::string& key) const;

  std::filesystem::path folder_;
  std::uint64_t limit_;
};

// A file's size and time of change, by which it is taken for what it was; "none" if there is no such file.
std::string file_stamp(const std::filesystem::path& file);

// images/ in cache_folder().
ImageCache account_image_cache();

}  // namespace tailor
