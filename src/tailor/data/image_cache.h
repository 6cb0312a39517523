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

  // By the signature of a list of files.
  std::optional<ImagePack> find(const std::string& signature) const;
  // By the key of a content.
  std::optional<ImagePack> find_content(const std::string& signature, const std::string& key) const;

  // Where the pack of this key belongs; the folder is there afterwards.
  std::filesystem::path pack_file(const std::string& key) const;
  // The pack is there: from now on this list of files has it. Makes room.
  void remember(const std::string& signature, const std::string& key) const;

  // One process at a time decodes a list: the others wait. `waiting` is called once if there is anybody to wait for.
  class Lock {
   public:
    Lock(const ImageCache& cache, const std::string& signature, const std::function<void()>& waiting);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    std::filesystem::path file_;
    int descriptor_ = -1;
  };

  // Packs, the one used last first.
  std::vector<CachedImages> list() const;
  // Removes packs, the ones used longest ago first, until those left have at most this size together. What is in use
  // stays usable for whoever has it open. Returns what was removed.
  std::vector<CachedImages> shrink(std::uint64_t bytes) const;

 private:
  std::filesystem::path key_file(const std::string& signature) const;

  std::filesystem::path folder_;
  std::uint64_t limit_;
};

// A file's size and time of change, by which it is taken for what it was; "none" if there is no such file.
std::string file_stamp(const std::filesystem::path& file);

// images/ in cache_folder().
ImageCache account_image_cache();

}  // namespace tailor
