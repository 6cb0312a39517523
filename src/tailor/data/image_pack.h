// Decoded images in one file, to be mapped: all pixels first, then labels, groups, and a description at the end.
// All processes of a machine that use a set share its pages.
//
//   pixels  [count][height][width][channels] u8
//   labels  [count] u16, groups [count] u32 (if there are any), little-endian
//   description, JSON; its length, u64 little-endian; "tailor images 1\n"
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tailor/data/image_set.h"

namespace tailor {

// Beside the images: what `tailor data info` and `tailor data cache` tell of them.
struct ImagePackNotes {
  std::string source;                   // the folder or file that the images came from
  std::vector<std::string> unreadable;  // files that were left out
};

struct ImagePack {
  ImageSet images;  // mapped
  ImagePackNotes notes;
};

// Nothing if there is no such file, or if it is not a whole one of this format.
std::optional<ImagePack> read_image_pack(const std::filesystem::path& file);
// The notes alone.
std::optional<ImagePackNotes> read_image_pack_notes(const std::filesystem::path& file);

// Writes a pack beside its name, image by image in any order, and gives it its name when it is whole.
class ImagePackWriter {
 public:
  // Takes the room for `count` images at once: a disk that is too small is a failure before any work.
  ImagePackWriter(std::filesystem::path file, std::size_t count, std::size_t image_size);
  ~ImagePackWriter();  // an unfinished pack is removed
  ImagePackWriter(const ImagePackWriter&) = delete;
  ImagePackWriter& operator=(const ImagePackWriter&) = delete;

  // May be called by several threads, for different images.
  void put(std::size_t index, std::span<const std::uint8_t> pixels);

  // Keeps these images, ascending, in this order; of each pixel of three equal values one, if `grey`.
  void keep(std::span<const std::size_t> indices, bool grey);

  // Labels, groups, shape and hash are those of `images`, whose pixels are not looked at. On the disk when it returns.
  void finish(const ImageSet& images, const ImagePackNotes& notes);

 private:
  void write_at(std::uint64_t offset, const void* data, std::size_t bytes);
  void read_at(std::uint64_t offset, void* data, std::size_t bytes);

  const std::filesystem::path file_, unfinished_;
  std::size_t count_, image_size_;
  int descriptor_ = -1;
};

}  // namespace tailor
