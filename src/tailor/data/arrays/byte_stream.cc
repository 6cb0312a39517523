#include "tailor/data/arrays/byte_stream.h"

#include <algorithm>

#include "tailor/base/error.h"

namespace tailor {

std::string read_all(ByteStream& stream, std::uint64_t most) {
  const auto too_much = [&] {
    return bad_input("{}: expected at most {} bytes, got more: the file is damaged or no data set",
                     stream.name(), most);
  };
  if (stream.size() > most) throw too_much();
  std::string content;
  for (std::size_t at = 0;; at = content.size()) {
    content.resize(at + std::clamp<std::size_t>(at, std::size_t{1} << 16, std::size_t{1} << 24));
    const std::size_t n = stream.read(content.data() + at, content.size() - at);
    const bool ended = at + n < content.size();
    content.resize(at + n);
    if (content.size() > most) throw too_much();
    if (ended) return content;
  }
}

}  // namespace tailor
