// PNM (PBM, PGM, PPM, each as text or bytes), read here: netpbm's library ends the program on an error, and the
// formats are a few numbers before plain values.
#include <algorithm>
#include <utility>

#include "tailor/data/pictures/decoder.h"
#include "tailor/data/pictures/samples.h"

namespace tailor {
namespace {

bool is_pnm_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_pnm_digit(char c) { return c >= '0' && c <= '9'; }

class PnmReading {
 public:
  explicit PnmReading(const PictureSource& source) : source_(source) {}

  Picture decode() {
    const char kind = source_.content[1];
    const bool text = kind <= '3', bitmap = kind == '1' || kind == '4';
    const std::int64_t width = number("width", 1, max_picture_pixels),
                       height = number("height", 1, max_picture_pixels);
    check_size(source_, width, height);
    largest_ = bitmap ? 1 : static_cast<std::uint32_t>(number("largest value", 1, 65535));
    Picture picture{{static_cast<int>(height), static_cast<int>(width), kind == '3' || kind == '6' ? 3 : 1},
                    {}};
    if (!text) ++at_;  // the one white space
    const std::size_t bytes = kind == '4'      ? static_cast<std::size_t>((width + 7) / 8 * height)
                              : text           ? picture.shape.size()  // a digit each, at least
                              : largest_ > 255 ? 2 * picture.shape.size()
                                               : picture.shape.size();
    const std::size_t left = source_.content.size() - std::min(at_, source_.content.size());
    if (left < bytes)
      throw damaged(source_, fmt::format("{} bytes from byte {} on, where {} x {} pixels take {}{} bytes",
                                         left, at_, width, height, text ? "at least " : "", bytes));
    picture.pixels.reserve(picture.shape.size());
    if (kind == '4')
      read_bits(picture);
    else if (text)
      read_text(picture, bitmap);
    else
      read_bytes(picture);
    return picture;
  }

 private:
  void skip_space() {
    for (bool comment = false; at_ < source_.content.size(); ++at_) {
      const char c = source_.content[at_];
      if (c == '#') comment = true;
      if (c == '\n') comment = false;
      if (!comment && !is_pnm_space(c)) break;
    }
  }

  std::int64_t number(std::string_view what, std::int64_t least, std::int64_t most) {
    skip_space();
    const std::string_view content = source_.content;
    const std::size_t start = at_;
    std::int64_t value = 0;
    for (; at_ < content.size() && is_pnm_digit(content[at_]) && value <= most; ++at_)
      value = 10 * value + (content[at_] - '0');
    if (at_ == start || value < least || value > most)
      throw bad_input("{}: byte {}: expected the {} of a PNM picture, {} to {}, got {}", source_.name, start,
                      what, least, most,
                      start == content.size() ? "the end of the file: it is truncated"
                      : at_ == start          ? "something else"
                                              : std::to_string(value));
    return value;
  }

  // A set bit is black; lines fill whole bytes.
  void read_bits(Picture& picture) {
    for (int y = 0; y < picture.shape.height; ++y) {
      for (int x = 0; x < picture.shape.width; ++x) {
        const int byte = static_cast<unsigned char>(source_.content[at_ + static_cast<std::size_t>(x / 8)]);
        picture.pixels.push_back((byte >> (7 - x % 8) & 1) != 0 ? 0 : 255);
      }
      at_ += static_cast<std::size_t>((picture.shape.width + 7) / 8);
    }
  }

  void read_text(Picture& picture, bool bitmap) {
    for (std::size_t i = 0; i < picture.shape.size(); ++i) {
      if (!bitmap) {
        picture.pixels.push_back(
            to_8_bit(static_cast<std::uint32_t>(number("next value", 0, largest_)), largest_));
        continue;
      }
      skip_space();  // the digits of a bitmap may stand together
      const char c = at_ < source_.content.size() ? source_.content[at_] : '\0';
      if (c != '0' && c != '1')
        throw bad_input(
            "{}: byte {}: expected the next pixel of a PNM picture, 0 or 1, got {}", source_.name, at_,
            at_ < source_.content.size() ? "something else" : "the end of the file: it is truncated");
      picture.pixels.push_back(c == '1' ? 0 : 255);
      ++at_;
    }
  }

  // Values above the largest, which other readers let pass, are the largest.
  void read_bytes(Picture& picture) {
    for (std::size_t i = 0; i < picture.shape.size(); ++i) {
      std::uint32_t value = static_cast<unsigned char>(source_.content[at_++]);
      if (largest_ > 255) value = 256 * value + static_cast<unsigned char>(source_.content[at_++]);
      picture.pixels.push_back(to_8_bit(std::min(value, largest_), largest_));
    }
  }

  const PictureSource& source_;
  std::size_t at_ = 2;
  std::uint32_t largest_ = 1;
};

}  // namespace

Picture decode_pnm(const PictureSource& source) { return PnmReading(source).decode(); }

}  // namespace tailor
