#include "tailor/data/idx.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/base/text.h"
#include "tailor/data/arrays/byte_stream.h"
#include "tailor/data/content_reader.h"

namespace tailor {
namespace {

constexpr std::uint64_t max_side = 65'535;

std::uint32_t big_endian(const unsigned char* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

// What a file that starts with these four bytes probably is.
std::string guess(const unsigned char* p) {
  const std::uint32_t magic = big_endian(p);
  const std::string_view text(reinterpret_cast<const char*>(p), 4);
  if (magic == 0x803 || magic == 0x804) return "it holds images; are the image and label files swapped?";
  if (magic == 0x801 || magic == 0xb01 || magic == 0xc01)
    return "it holds labels; are the image and label files swapped?";
  if (p[2] == 0 && p[3] == 0 && p[0] != 0) return "its bytes seem to be in little-endian order";
  if (p[0] == 0 && p[1] == 0 && p[2] >= 8 && p[2] <= 14 && p[3] >= 1)
    return "it is IDX of another type or rank";
  if (p[0] == 0x1f && p[1] == 0x8b) return "it is gzipped twice";
  if (text == "\x89PNG") return "it is a PNG picture";
  if (text.starts_with("\xff\xd8\xff")) return "it is a JPEG picture";
  if (text == "\x93NUM") return "it is a NumPy array";
  if (text.starts_with("PK")) return "it is a ZIP archive: unpack it";
  if (text.starts_with("BZh") ||
      text.starts_with("\xfd"
                       "7z") ||
      text == "\x28\xb5\x2f\xfd")
    return "it is compressed in another way than gzip: decompress it";
  if (text == "vers") return "it may be a Git LFS pointer: fetch the real file";
  if (text.starts_with("<")) return "it may be a web page: the download failed";
  return "it is no IDX file";
}

// A file that is being read: its reader and the hash of what was read.
class IdxFile {
 public:
  explicit IdxFile(ContentReader& reader) : reader_(reader) {}

  // Reads and checks the magic number; `wanted` says what was expected, e.g. "0x00000803 (images)".
  std::uint32_t magic(const std::vector<std::uint32_t>& accepted, std::string_view wanted) {
    unsigned char bytes[4];
    header_part(bytes, "a magic number");
    const std::uint32_t magic = big_endian(bytes);
    if (std::find(accepted.begin(), accepted.end(), magic) == accepted.end())
      throw bad_input("{}: byte 0: expected {}, got 0x{:08x}: {}", name(), wanted, magic, guess(bytes));
    return magic;
  }

  std::uint64_t dimension(std::string_view what, std::uint64_t limit) {
    unsigned char bytes[4];
    const std::uint64_t at = reader_.offset();
    header_part(bytes, what);
    const std::uint64_t value = big_endian(bytes);
    if (value == 0 || value > limit)
      throw bad_input(
          "{}: byte {}: expected the {}, 1 to {}, got {}: the header is damaged, or the file is empty of "
          "data",
          name(), at, what, with_thousands(static_cast<long long>(limit)), value);
    return value;
  }

  // Whether a file of this size can hold the values that the header promises: count items of `item` bytes.
  // Their size in all.
  std::uint64_t check_size(std::uint64_t count, std::uint64_t item, std::string_view items) const {
    const std::uint64_t header = reader_.offset();
    std::uint64_t total = 0;
    const bool overflow = __builtin_mul_overflow(count, item, &total);
    const std::uint64_t most = reader_.compressed() ? most_inflated : most_content;
    if (overflow || total > most)
      throw bad_input(
          "{}: byte 4: expected at most {} bytes of {}, got a header that promises {} times {} bytes: the "
          "header is damaged",
          name(), most, items, count, item);
    if (header + total > reader_.largest_content()) throw too_short(count, item, items, header);
    if (reader_.compressed() && is_bomb(total, reader_.file_size()))
      throw bad_input(
          "{}: byte 4: expected images, got {} bytes that promise {}, nearly all of them the same: a bomb, which is not "
          "unpacked",
          name(), reader_.file_size(), total);
    if (!reader_.compressed() && header + total < reader_.largest_content())
      throw too_long(header + total, count, items);
    return total;
  }

  // Hands these values on, some at a time, and makes sure that nothing follows.
  template <class Use>
  void values(std::uint64_t count, std::uint64_t item, std::string_view items, Use&& use) {
    const std::uint64_t header = reader_.offset(), total = check_size(count, item, items);
    std::vector<std::uint8_t> block(std::size_t{1} << 18);
    for (std::uint64_t done = 0; done < total;) {
      const std::size_t n = reader_.read(block.data(), std::min<std::uint64_t>(block.size(), total - done));
      if (n == 0) throw too_short(count, item, items, header);
      hash_.add(block.data(), n);
      use(std::span<const std::uint8_t>(block.data(), n));
      done += n;
    }
    unsigned char extra;
    if (reader_.read(&extra, 1) != 0) throw too_long(header + total, count, items);
  }

  std::string hash() { return hash_.hex(); }
  const std::string& name() const { return reader_.name(); }

 private:
  void header_part(unsigned char (&bytes)[4], std::string_view what) {
    const std::uint64_t at = reader_.offset();
    const std::size_t n = reader_.read(bytes, 4);
    if (n != 4)
      throw bad_input("{}: byte {}: expected the IDX header ({}), got the end of the file: it is {}", name(),
                      at + n, what, at + n == 0 ? "empty" : "truncated");
    hash_.add(bytes, 4);
  }

  Error too_short(std::uint64_t count, std::uint64_t item, std::string_view items,
                  std::uint64_t header) const {
    const std::uint64_t content = reader_.compressed() ? reader_.offset() : reader_.largest_content();
    if (reader_.compressed() && content == header)
      return bad_input(
          "{}: byte 4: expected no more than the {} bytes that a gzip file of this size can hold, got a "
          "header that promises {} {} of {} bytes: the header is damaged or the file truncated",
          name(), reader_.largest_content(), count, items, item);
    return bad_input(
        "{}: byte {}: expected {} {}, {} bytes in all, got the end of the file after {} of them: the file is "
        "truncated or the header damaged",
        name(), content, count, items, header + count * item, (content - header) / item);
  }

  Error too_long(std::uint64_t end, std::uint64_t count, std::string_view items) const {
    return bad_input(
        "{}: byte {}: expected the end of the file after {} {}, got more data{}: the header is damaged, or "
        "something was appended",
        name(), end, count, items,
        reader_.compressed() ? "" : fmt::format(" ({} bytes too many)", reader_.largest_content() - end));
  }

  ContentReader& reader_;
  Sha256 hash_;
};

IdxHeader images_header(IdxFile& file) {
  const std::uint32_t magic = file.magic({0x803, 0x804}, "0x00000803 (IDX images)");
  IdxHeader header;
  header.count = file.dimension("number of images", 0xffffffff);
  header.shape.height = static_cast<int>(file.dimension("height", max_side));
  header.shape.width = static_cast<int>(file.dimension("width", max_side));
  header.shape.channels = magic == 0x804 ? static_cast<int>(file.dimension("number of channels", 3)) : 1;
  if (header.shape.channels == 2)
    throw bad_input(
        "{}: byte 16: expected 1 or 3 channels, got 2: grey images with transparency are not read",
        file.name());
  return header;
}

struct LabelsHeader {
  std::size_t count, bytes;  // of each
};

LabelsHeader labels_header(IdxFile& file) {
  const std::uint32_t magic = file.magic({0x801, 0xb01, 0xc01}, "0x00000801 (IDX labels)");
  const std::size_t bytes = magic == 0x801 ? 1 : magic == 0xb01 ? 2 : 4;
  return {file.dimension("number of labels", 0xffffffff), bytes};
}

}  // namespace

IdxImages read_idx_images(const std::filesystem::path& path, const PixelRoom& room) {
  ContentReader content(path);
  return read_idx_images(content, room);
}

IdxImages read_idx_images(ContentReader& content, const PixelRoom& room) {
  IdxFile file(content);
  const IdxHeader header = images_header(file);
  file.check_size(header.count, header.shape.size(), "images");
  IdxImages images{header.shape, header.count, {}, {}};
  PixelBuffer pixels(room, file.name(), images.count, images.shape.size());
  file.values(images.count, images.shape.size(), "images", [&](auto some) { pixels.append(some); });
  images.pixels = pixels.finish();
  images.hash = file.hash();
  return images;
}

IdxLabels read_idx_labels(const std::filesystem::path& path) {
  ContentReader content(path);
  IdxFile file(content);
  const auto [count, bytes] = labels_header(file);
  std::vector<std::uint8_t> data;
  file.values(count, bytes, "labels", [&](auto some) { data.insert(data.end(), some.begin(), some.end()); });
  IdxLabels labels;
  labels.hash = file.hash();
  labels.labels.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t value = 0;
    for (std::size_t b = 0; b < bytes; ++b) value = value << 8 | data[i * bytes + b];
    if (value >= max_classes)
      throw bad_input("{}: byte {} (label {}): expected a class from 0 to {}, got {}", file.name(),
                      8 + i * bytes, i, max_classes - 1, value);
    labels.labels[i] = static_cast<std::uint16_t>(value);
  }
  return labels;
}

IdxHeader read_idx_images_header(const std::filesystem::path& path) {
  ContentReader content(path);
  IdxFile file(content);
  const IdxHeader header = images_header(file);
  file.check_size(header.count, header.shape.size(), "images");
  return header;
}

IdxHeader read_idx_labels_header(const std::filesystem::path& path) {
  ContentReader content(path);
  IdxFile file(content);
  const auto [count, bytes] = labels_header(file);
  file.check_size(count, bytes, "labels");
  return {count};
}

bool is_idx_images(ContentReader&& content) {
  unsigned char bytes[4];
  if (content.read(bytes, 4) != 4) return false;
  return big_endian(bytes) == 0x803 || big_endian(bytes) == 0x804;
}

}  // namespace tailor
