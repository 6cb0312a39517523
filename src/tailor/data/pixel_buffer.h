// Where the pixels of a set go while it is read: into memory, or, where they are many, into a file that is mapped in the
// end. So a set may be larger than memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tailor/base/shape.h"
#include "tailor/data/dataset.h"
#include "tailor/data/pixels.h"

namespace tailor {

inline constexpr std::size_t worth_caching = 64'000'000;  // bytes of pixels; reading less takes no time

struct PixelRoom {
  std::filesystem::path folder{};         // for files, made when there is one; empty: everything in memory
  std::size_t in_memory = worth_caching;  // sets of fewer bytes are kept in memory all the same
  DecodingProgress progress = nullptr;    // of sets that are not
};

// In the folder of the account's cache; memory alone for accounts without a home.
PixelRoom account_pixel_room(DecodingProgress progress = nullptr);

class PixelBuffer {
 public:
  // For about so many images, of which `what` ("set.npz: x_train.npy") tells if they need more memory than there is:
  // a MemoryError, where the room has no folder, or its disk no place for them and for the cache's copy.
  PixelBuffer(const PixelRoom& room, const std::string& what, std::size_t count, std::size_t image_size);
  ~PixelBuffer();
  PixelBuffer(const PixelBuffer&) = delete;
  PixelBuffer& operator=(const PixelBuffer&) = delete;

  // Memory and the disk's place are taken as pixels come. A failure if the disk is full.
  void append(std::span<const std::uint8_t> pixels);
  std::size_t size() const { return size_; }
  // Everything that was appended; the last call. The file has no name: it goes with the pixels, or the process.
  Pixels finish();

 private:
  const PixelRoom room_;
  const std::size_t count_, image_size_;
  std::size_t size_ = 0;
  std::vector<std::uint8_t> memory_;
  int descriptor_ = -1;  // of the file, if there is one
};

}  // namespace tailor
