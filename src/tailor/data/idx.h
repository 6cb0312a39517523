// The IDX files of the MNIST family (http://yann.lecun.com/exdb/mnist/): a magic number 00 00 <type> <rank>,
// the dimensions as big-endian u32, then the values. Gzipped or not.
//
// Read here: images as u8 of rank 3 [count][height][width] or, an extension, rank 4 with 1 or 3 channels
// last; labels of rank 1 as u8 or, for more than 256 classes, big-endian i16 or i32. Nothing is allocated
// because a header says so: sizes are first checked against what the file can hold. Every flaw is bad input
// with file, byte, expected and got.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tailor/data/pixel_buffer.h"
#include "tailor/data/pixels.h"
#include "tailor/data/sources/class_limit.h"

namespace tailor {

struct IdxImages {
  Shape shape;
  std::size_t count = 0;
  Pixels pixels;     // [count][height][width][channels]
  std::string hash;  // SHA-256 of the uncompressed file, hex
};

struct IdxLabels {
  std::vector<std::uint16_t> labels;  // each below max_classes
  std::string hash;                   // SHA-256 of the uncompressed file, hex
};

class ContentReader;

IdxImages read_idx_images(const std::filesystem::path& path, const PixelRoom& room = {});
IdxImages read_idx_images(ContentReader& content, const PixelRoom& room = {});
IdxLabels read_idx_labels(const std::filesystem::path& path);

// What the header promises, without reading a value: that the file could be read, as far as can be told from
// its header and size. Sealed files are looked at like this.
struct IdxHeader {
  std::size_t count = 0;
  Shape shape{};  // of images
};
IdxHeader read_idx_images_header(const std::filesystem::path& path);
IdxHeader read_idx_labels_header(const std::filesystem::path& path);

// Whether the content (gzipped or not) starts like IDX images.
bool is_idx_images(ContentReader&& content);

}  // namespace tailor
