#include "tailor/data/pixel_buffer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/mapped_file.h"
#include "tailor/base/memory.h"
#include "tailor/base/state_folder.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

// Whether the folder is there, or was made, and its disk has place for the pixels twice: here and in the cache.
bool has_place(const fs::path& folder, std::uint64_t bytes) {
  try {
    make_folder(folder);
  } catch (const Error&) {
    return false;
  }
  std::error_code code;
  const fs::space_info space = fs::space(folder, code);
  return !code && space.available / 2 >= bytes;
}

}  // namespace

PixelRoom account_pixel_room(DecodingProgress progress) {
  PixelRoom room{.progress = std::move(progress)};
  try {
    room.folder = cache_folder() / "images";
  } catch (const Error&) {  // there is no home
  }
  return room;
}

PixelBuffer::PixelBuffer(const PixelRoom& room, const std::string& what, std::size_t count,
                         std::size_t image_size)
    : room_(room), count_(count), image_size_(image_size) {
  const std::uint64_t bytes = std::uint64_t{count} * image_size;
  if (bytes >= room.in_memory && !room.folder.empty() && has_place(room.folder, bytes)) {
    std::string name = (room.folder / "read.XXXXXX.part").string();
    descriptor_ = ::mkostemps(name.data(), 5, O_CLOEXEC);
    if (descriptor_ >= 0) {
      std::error_code ignored;
      fs::remove(name, ignored);  // without a name it goes with this process, however that ends
      if (room_.progress) room_.progress("reading", 0, count_);
      return;
    }
  }
  require_memory(bytes, what, "take fewer or smaller images, or make room on the disk of XDG_CACHE_HOME");
}

PixelBuffer::~PixelBuffer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void PixelBuffer::append(std::span<const std::uint8_t> pixels) {
  size_ += pixels.size();
  if (descriptor_ < 0) {
    memory_.insert(memory_.end(), pixels.begin(), pixels.end());
    return;
  }
  while (!pixels.empty()) {
    const ssize_t done = ::write(descriptor_, pixels.data(), pixels.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0)
      throw failure(
          "{}: cannot write the images that are read: {}; make room, or set XDG_CACHE_HOME to another disk",
          room_.folder.string(), std::strerror(errno));
    pixels = pixels.subspan(static_cast<std::size_t>(done));
  }
  if (room_.progress) room_.progress("reading", std::min(count_, size_ / image_size_), count_);
}

Pixels PixelBuffer::finish() {
  if (descriptor_ < 0) return std::move(memory_);
  const auto map = std::make_shared<const MappedFile>(fmt::format("/proc/self/fd/{}", descriptor_));
  ::close(std::exchange(descriptor_, -1));
  if (room_.progress) room_.progress("reading", count_, count_);
  return {map, 0, size_};
}

}  // namespace tailor
