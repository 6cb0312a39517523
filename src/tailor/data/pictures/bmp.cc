// BMP, read here: Debian has no good library of this format alone (libgd and gdk-pixbuf bring a graphics stack with
// them), and it is a header before plain rows.
#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "tailor/data/pictures/decoder.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {
namespace {

constexpr std::uint32_t bmp_rgb = 0, bmp_rle8 = 1, bmp_rle4 = 2, bmp_masks = 3, bmp_alpha_masks = 6;
constexpr std::size_t bmp_file_header = 14;

struct BmpHeader {
  std::size_t size = 0;  // of the second header: 12 for OS/2's, 40 and more for those of Windows
  std::size_t pixels = 0;
  std::int64_t width = 0, height = 0;
  bool top_down = false;
  unsigned bits = 0;
  std::uint32_t compression = bmp_rgb;
  std::size_t colours = 0;
  std::array<std::uint32_t, 4> masks{};  // red, green, blue, alpha
};

class BmpReading {
 public:
  explicit BmpReading(const PictureSource& source) : source_(source) { read_header(); }

  Picture decode() const {
    const BmpHeader& h = header_;
    const int height = static_cast<int>(h.height), width = static_cast<int>(h.width);
    if (h.compression == bmp_rle8 || h.compression == bmp_rle4)
      return from_palette(run_lengths(), height, width, palette(), source_.ground);
    const std::size_t row = (static_cast<std::size_t>(width) * h.bits + 7) / 8, stride = (row + 3) / 4 * 4,
                      bytes = stride * static_cast<std::size_t>(height - 1) + row;
    if (source_.content.size() < h.pixels || source_.content.size() - h.pixels < bytes)
      throw damaged(source_, fmt::format("{} bytes of pixels where {} x {} take {}",
                                         source_.content.size() - std::min(source_.content.size(), h.pixels),
                                         width, height, bytes));
    return h.bits <= 8 ? from_palette(indices(stride), height, width, palette(), source_.ground)
                       : colours(stride);
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t bytes) const {
    if (at + bytes > source_.content.size()) throw damaged(source_, "the end of the file within the header");
    std::uint32_t value = 0;
    for (std::size_t b = 0; b < bytes; ++b) value |= static_cast<std::uint32_t>(byte(at + b)) << 8 * b;
    return value;
  }
  std::uint8_t byte(std::size_t at) const { return static_cast<std::uint8_t>(source_.content[at]); }

  void read_header() {
    BmpHeader& h = header_;
    h.pixels = number(10, 4);
    h.size = number(14, 4);
    const bool core = h.size == 12;
    if (!core && (h.size < 16 || h.size > 124))
      throw unsupported(source_, fmt::format("a header of {} bytes", h.size));
    const auto side = [&](std::size_t at) { return std::int64_t{static_cast<std::int32_t>(number(at, 4))}; };
    h.width = core ? std::int64_t{number(18, 2)} : side(18);
    h.height = core ? std::int64_t{number(20, 2)} : side(22);
    h.bits = number(core ? 24 : 28, 2);
    h.top_down = h.height < 0;
    if (h.top_down) h.height = -h.height;
    check_size(source_, h.width, h.height);
    if (h.size >= 40) {  // a shorter one may end before
      h.compression = number(30, 4);
      h.colours = number(46, 4);
    }
    const bool masks = h.compression == bmp_masks || h.compression == bmp_alpha_masks;
    const bool fits = h.compression == bmp_rgb || (h.compression == bmp_rle8 && h.bits == 8) ||
                      (h.compression == bmp_rle4 && h.bits == 4) || (masks && (h.bits == 16 || h.bits == 32));
    constexpr std::array<unsigned, 7> usual = {1, 2, 4, 8, 16, 24, 32};
    if (!fits || std::find(usual.begin(), usual.end(), h.bits) == usual.end())
      throw unsupported(source_,
                        fmt::format("compression {} and {} bits for each pixel", h.compression, h.bits));
    // The masks stand behind a header of 40 bytes, or within a longer one: at the same place.
    if (masks) {
      const std::size_t count = h.compression == bmp_alpha_masks || h.size >= 56 ? 4 : 3;
      for (std::size_t i = 0; i < count; ++i) h.masks[i] = number(54 + 4 * i, 4);
      after_header_ = bmp_file_header + (h.size == 40 ? 40 + 4 * count : h.size);
    } else {
      if (h.bits == 16) h.masks = {0x7c00, 0x3e0, 0x1f, 0};
      if (h.bits == 32) h.masks = {0xff0000, 0xff00, 0xff, 0};
      after_header_ = bmp_file_header + h.size;
    }
    if (h.pixels < after_header_) throw damaged(source_, "pixels that begin within the header");
    // Some writers forget their palette there.
    if (h.bits <= 8 && h.pixels == after_header_) h.pixels += said_colours() * colour_bytes();
  }

  std::size_t colour_bytes() const { return header_.size == 12 ? 3 : 4; }
  std::size_t said_colours() const {
    const std::size_t most = std::size_t{1} << header_.bits;
    return header_.colours == 0 ? most : std::min(header_.colours, most);
  }

  Palette palette() const {
    // What a file says of its palette counts only as far as there is room for it before the pixels.
    const std::size_t end = std::min(header_.pixels, source_.content.size());
    const std::size_t room = end > after_header_ ? (end - after_header_) / colour_bytes() : 0;
    const std::size_t count = std::min(said_colours(), room);
    if (count == 0) throw damaged(source_, "no palette");
    Palette colours;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = after_header_ + i * colour_bytes();
      colours.push_back({byte(at + 2), byte(at + 1), byte(at), 255});
    }
    return colours;
  }

  // Where the line of the file that is y-th from the picture's top begins, counted in lines.
  std::size_t line(std::int64_t y) const {
    return static_cast<std::size_t>(header_.top_down ? y : header_.height - 1 - y);
  }

  std::vector<std::uint8_t> indices(std::size_t stride) const {
    const unsigned bits = header_.bits, mask = (1u << bits) - 1;
    std::vector<std::uint8_t> result;
    result.reserve(static_cast<std::size_t>(header_.width * header_.height));
    for (std::int64_t y = 0; y < header_.height; ++y) {
      const std::size_t begin = header_.pixels + line(y) * stride;
      for (std::size_t bit = 0; bit < static_cast<std::size_t>(header_.width) * bits; bit += bits)
        result.push_back(static_cast<std::uint8_t>(byte(begin + bit / 8) >> (8 - bits - bit % 8) & mask));
    }
    return result;
  }

  // Runs of (count, colour), and after a 0: the end of a line, of the picture, a move, or so many plain pixels.
  std::vector<std::uint8_t> run_lengths() const {
    const auto width = static_cast<std::size_t>(header_.width),
               height = static_cast<std::size_t>(header_.height);
    std::vector<std::uint8_t> result(width * height);
    const bool halves = header_.bits == 4;
    std::size_t at = header_.pixels, x = 0, y = 0;  // y in lines of the file
    const auto next = [&] {
      if (at >= source_.content.size())
        throw damaged(source_, fmt::format("the end of the file in line {} of {}", y + 1, height));
      return byte(at++);
    };
    const auto put = [&](unsigned colour) {
      if (x >= width) return;  // some writers' runs are too long
      result[line(static_cast<std::int64_t>(y)) * width + x++] = static_cast<std::uint8_t>(colour);
    };
    while (y < height) {
      const unsigned count = next(), value = next();
      if (count > 0) {
        for (unsigned i = 0; i < count; ++i) put(!halves ? value : i % 2 == 0 ? value >> 4 : value & 15);
      } else if (value == 0) {
        x = 0, ++y;
      } else if (value == 1) {
        break;
      } else if (value == 2) {
        x += next();
        y += next();
      } else {
        unsigned pair = 0;
        for (unsigned i = 0; i < value; ++i) {
          if (!halves || i % 2 == 0) pair = next();
          put(!halves ? pair : i % 2 == 0 ? pair >> 4 : pair & 15);
        }
        const unsigned bytes = halves ? (value + 1) / 2 : value;
        if (bytes % 2 == 1) next();  // runs of plain pixels fill whole words
      }
    }
    return result;
  }

  Picture colours(std::size_t stride) const {
    struct Channel {
      std::uint32_t mask;
      int shift;
      std::uint32_t largest;
    };
    std::array<Channel, 4> channels{};
    const bool plain = header_.bits == 24;
    const std::array<std::uint32_t, 4> masks =
        plain ? std::array<std::uint32_t, 4>{0xff0000, 0xff00, 0xff, 0} : header_.masks;
    for (std::size_t c = 0; c < 4; ++c) {
      const int shift = masks[c] == 0 ? 0 : std::countr_zero(masks[c]);
      // Of a channel of more than 8 bits (10, mostly) the upper ones.
      const int extra = std::max(0, static_cast<int>(std::bit_width(masks[c] >> shift)) - 16);
      channels[c] = {masks[c], shift + extra, masks[c] >> (shift + extra)};
    }
    const std::size_t kept = masks[3] != 0 ? 4 : 3, bytes = header_.bits / 8;
    const auto width = static_cast<std::size_t>(header_.width);
    std::vector<std::uint8_t> samples;
    samples.reserve(static_cast<std::size_t>(header_.height) * width * kept);
    bool visible = false;
    for (std::int64_t y = 0; y < header_.height; ++y) {
      std::size_t at = header_.pixels + line(y) * stride;
      for (std::size_t x = 0; x < width; ++x, at += bytes) {
        std::uint32_t value = 0;
        for (std::size_t b = 0; b < bytes; ++b) value |= static_cast<std::uint32_t>(byte(at + b)) << 8 * b;
        for (std::size_t c = 0; c < kept; ++c) {
          const Channel& channel = channels[c];
          samples.push_back(channel.largest == 0
                                ? std::uint8_t{0}
                                : to_8_bit((value & channel.mask) >> channel.shift, channel.largest));
        }
        visible = visible || samples.back() != 0;
      }
    }
    // Alpha that is 0 everywhere was never written: such files are meant to be seen.
    if (kept == 4 && !visible)
      for (std::size_t i = 3; i < samples.size(); i += 4) samples[i] = 255;
    return flatten(std::move(samples), static_cast<int>(header_.height), static_cast<int>(header_.width),
                   static_cast<int>(kept), source_.ground);
  }

  const PictureSource& source_;
  BmpHeader header_;
  std::size_t after_header_ = 0;
};

}  // namespace

Picture decode_bmp(const PictureSource& source) { return BmpReading(source).decode(); }

}  // namespace tailor
