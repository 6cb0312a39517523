#include "tailor/data/image_cache.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/state_folder.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

constexpr const char* pack_ending = ".images";
constexpr const char* key_ending = ".key";

bool is_key(const std::string& text) {
  constexpr std::size_t digits = 64;
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void mark_used(const fs::path& pack) {
  ::utimensat(AT_FDCWD, pack.c_str(), nullptr,
              0);  // where that is not allowed, the order of removal is all that suffers
}

}  // namespace

ImageCache::ImageCache(fs::path folder, std::uint64_t limit) : folder_(std::move(folder)), limit_(limit) {}

fs::path ImageCache::key_file(const std::string& signature) const {
  return folder_ / (signature + key_ending);
}

fs::path ImageCache::pack_file(const std::string& key) const {
  make_folder(folder_);
  return folder_ / (key + pack_ending);
}

std::optional<ImagePack> ImageCache::find(const std::string& signature) const {
  std::error_code code;
  if (!fs::is_regular_file(key_file(signature), code)) return std::nullopt;
  const std::string key = read_file(key_file(signature));
  if (!is_key(key)) return std::nullopt;
  const fs::path pack = folder_ / (key + pack_ending);
  std::optional<ImagePack> found = read_image_pack(pack);
  if (found) mark_used(pack);
  return found;
}

std::optional<ImagePack> ImageCache::find_content(const std::string& signature,
                                                  const std::string& key) const {
  if (!read_image_pack_notes(pack_file(key))) return std::nullopt;
  write_file(key_file(signature), key);
  return find(signature);
}

void ImageCache::remember(const std::string& signature, const std::string& key) const {
  write_file(key_file(signature), key);
  mark_used(pack_file(key));
  std::error_code code;
  const std::uint64_t own = fs::file_size(pack_file(key), code);
  shrink(std::max(limit_, code ? 0 : own));  // the one that was made stays
}

// One process at a time makes the pack of a list of files.
class ImageCache::Lock {
 public:
  Lock(const ImageCache& cache, const std::string& signature, const std::function<void()>& waiting) {
    make_folder(cache.folder_);
    file_ = cache.folder_ / (signature + ".lock");
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) throw system_failure(file_.string(), "make it");
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
      return;  // or there are no locks here
    waiting();
    while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~Lock() {
    std::error_code ignored;
    fs::remove(file_, ignored);  // whoever comes now and makes another one finds the pack
    ::close(descriptor_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  fs::path file_;
  int descriptor_ = -1;
};

std::optional<ImagePack> ImageCache::find_or_make(const std::string& signature, const Making& making) const {
  if (std::optional<ImagePack> pack = find(signature)) return pack;
  const Lock lock(*this, signature, making.waiting);
  if (std::optional<ImagePack> pack = find(signature)) return pack;
  const std::optional<std::string> key = making.key();
  if (!key) return std::nullopt;
  if (std::optional<ImagePack> pack = find_content(signature, *key)) return pack;
  making.make(pack_file(*key));
  remember(signature, *key);
  if (std::optional<ImagePack> pack = find(signature)) return pack;
  throw failure("{}: the decoded images are not there: was the cache cleaned meanwhile?",
                pack_file(*key).string());
}

std::vector<CachedImages> ImageCache::list() const {
  std::vector<CachedImages> packs;
  std::error_code code;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, code)) {
    if (entry.path().extension() != pack_ending) continue;
    const std::optional<ImagePackNotes> notes = read_image_pack_notes(entry.path());
    const std::uint64_t bytes = entry.file_size(code);
    const fs::file_time_type used = entry.last_write_time(code);
    packs.push_back({entry.path(), notes ? notes->source : "", code ? 0 : bytes, used});
  }
  std::sort(packs.begin(), packs.end(),
            [](const CachedImages& a, const CachedImages& b) { return a.used > b.used; });
  return packs;
}

std::vector<CachedImages> ImageCache::shrink(std::uint64_t bytes) const {
  std::vector<CachedImages> removed;
  std::uint64_t kept = 0;
  std::error_code ignored;
  for (CachedImages& pack : list()) {
    kept += pack.bytes;
    if (kept <= bytes) continue;
    kept -= pack.bytes;
    fs::remove(pack.file, ignored);
    removed.push_back(std::move(pack));
  }
  // Small files of packs that are gone, and what a killed process left.
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
    const fs::path& file = entry.path();
    if (file.extension() == key_ending) {
      std::error_code unreadable;
      std::string key;
      if (fs::file_size(file, unreadable) < 100 && !unreadable) key = read_file(file);
      if (!fs::exists(folder_ / (key + pack_ending), ignored)) fs::remove(file, ignored);
    } else if (file.extension() == ".part" &&
               fs::file_time_type::clock::now() - entry.last_write_time(ignored) > std::chrono::hours(1)) {
      fs::remove(file, ignored);
    }
  }
  return removed;
}

std::string file_stamp(const fs::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return "none";
  return fmt::format("{} {}.{}", facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
}

ImageCache account_image_cache() { return ImageCache(cache_folder() / "images"); }

}  // namespace tailor
