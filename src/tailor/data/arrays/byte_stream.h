// Bytes one after the other with a name for messages: a file, or an entry of an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tailor {

// Headers that promise more are damaged.
inline constexpr std::uint64_t most_content = std::uint64_t{1} << 40;
// No more is inflated: a small file that promises more is a bomb.
inline constexpr std::uint64_t most_inflated = std::uint64_t{16} << 30;

// Whether a small file that promises so much is a bomb: images that are worth training on are never packed so tightly.
inline bool is_bomb(std::uint64_t content, std::uint64_t packed) {
  constexpr std::uint64_t much = std::uint64_t{1} << 30, times = 200;
  return content > much && content / times > packed;
}

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  virtual const std::string& name() const = 0;  // for messages: "set.npz: x_train.npy"
  // What the file system or the archive says, to compare with; nothing is allocated because of it.
  virtual std::uint64_t size() const = 0;
  // Reads up to `bytes`; fewer only at the end. What cannot be read is bad input.
  virtual std::size_t read(void* to, std::size_t bytes) = 0;
};

// All of it, at most `most` bytes: more is bad input. Memory grows with what really comes.
std::string read_all(ByteStream& stream, std::uint64_t most);

}  // namespace tailor
