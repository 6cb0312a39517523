#include "tailor/data/arrays/npy.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include "tailor/base/error.h"
#include "tailor/base/text.h"

namespace tailor {
namespace {

constexpr std::size_t most_header = 1 << 16, most_dimensions = 32;

// The header's dictionary: {'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }, in any order.
class HeaderText {
 public:
  HeaderText(std::string_view text, std::size_t offset, const std::string& name)
      : text_(text), offset_(offset), name_(name) {}

  NpyHeader read() {
    std::optional<ArrayType> type;
    std::optional<bool> fortran;
    std::optional<ArrayShape> shape;
    expect('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        type = descr();
      } else if (key == "fortran_order") {
        fortran = truth();
      } else if (key == "shape") {
        shape = numbers_in_brackets();
      } else {
        fail(fmt::format("the keys descr, fortran_order and shape, got '{:.40}'", key));
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (at_ != text_.size()) fail("the end of the header");
    if (!type || !fortran || !shape) fail("the keys descr, fortran_order and shape");
    return {*type, *fortran, *shape};
  }

 private:
  [[noreturn]] void fail(const std::string& expected) const {
    throw bad_input("{}: byte {}: expected {}: the header of the .npy is damaged", name_, offset_ + at_,
                    expected);
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }

  bool take(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!take(c)) fail(fmt::format("'{}'", c));
  }

  std::string_view quoted() {
    const char quote = take('\'') ? '\'' : take('"') ? '"' : '\0';
    if (!quote) fail("a text in quotes");
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("a closing quote");
    const std::string_view text = text_.substr(at_, end - at_);
    at_ = end + 1;
    return text;
  }

  ArrayType descr() {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '[')
      throw bad_input("{}: expected an array of numbers, got records with several fields each", name_);
    const std::string_view text = quoted();
    if (const std::optional<ArrayType> type = parse_array_type(text)) return *type;
    const std::size_t letter = text.find_first_of("OSUc");
    const char kind = letter == std::string_view::npos ? ' ' : text[letter];
    const std::string_view what = kind == 'O'                  ? " (Python objects; they are never run)"
                                  : kind == 'S' || kind == 'U' ? " (text)"
                                  : kind == 'c'                ? " (complex numbers)"
                                                               : "";
    throw bad_input("{}: expected an array of integers or of floats that are whole, got the type '{:.40}'{}",
                    name_, text, what);
  }

  bool truth() {
    skip_blanks();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>("True", true), {"False", false}})
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    fail("True or False");
  }

  ArrayShape numbers_in_brackets() {
    ArrayShape shape;
    expect('(');
    while (!take(')')) {
      shape.push_back(number());
      if (shape.size() > most_dimensions) fail(fmt::format("at most {} dimensions", most_dimensions));
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::uint64_t number() {
    skip_blanks();
    const std::size_t begin = at_;
    std::uint64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
      if (__builtin_mul_overflow(value, std::uint64_t{10}, &value) ||
          __builtin_add_overflow(value, static_cast<std::uint64_t>(text_[at_] - '0'), &value))
        fail("a number below 2^64");
    if (at_ == begin) fail("a number");
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2
    return value;
  }

  const std::string_view text_;
  const std::size_t offset_;  // in the file
  const std::string& name_;
  std::size_t at_ = 0;
};

void read_exactly(ByteStream& stream, void* to, std::size_t bytes, std::size_t at) {
  const std::size_t n = stream.read(to, bytes);
  if (n != bytes)
    throw bad_input("{}: byte {}: expected the header of a .npy, got the end of the file: it is {}",
                    stream.name(), at + n, at + n == 0 ? "empty" : "truncated");
}

std::uint64_t product(const ArrayShape& shape, const std::string& name) {
  std::uint64_t product = 1;
  for (const std::uint64_t n : shape)
    if (__builtin_mul_overflow(product, n, &product) || product > most_content)
      throw bad_input(
          "{}: expected an array of at most {} bytes, got a header that promises {}: it is damaged", name,
          most_content, shape_text(shape));
  return product;
}

std::string place_text(const NpyHeader& header, std::uint64_t stored) {
  std::vector<std::string> place(header.shape.size());
  for (std::size_t k = 0; k < place.size(); ++k) {
    const std::size_t d = header.fortran_order ? k : place.size() - 1 - k;
    place[d] = std::to_string(stored % header.shape[d]);
    stored /= header.shape[d];
  }
  return "[" + join(place, ", ") + "]";
}

template <class Whole>
Error unfit(const NpyHeader& header, std::uint64_t place, const unsigned char* value,
            const std::string& name) {
  constexpr int most = std::numeric_limits<Whole>::max();
  const std::string got = value_text(header.type, value);
  const bool scaled = sizeof(Whole) == 1 && header.type.kind == 'f';
  return bad_input(
      "{}: value {}: expected a whole number from 0 to {}, got {}{}", name, place_text(header, place), most,
      got,
      scaled ? ": pixels that were scaled to 0 to 1 are read after numpy.rint(x * 255).astype('uint8')" : "");
}

}  // namespace

std::string shape_text(const ArrayShape& shape) {
  std::vector<std::string> numbers;
  for (const std::uint64_t n : shape) numbers.push_back(std::to_string(n));
  return numbers.empty() ? "no dimensions" : join(numbers, "x");
}

NpyHeader read_npy_header(ByteStream& stream) {
  unsigned char start[12];
  read_exactly(stream, start, 10, 0);
  if (std::string_view(reinterpret_cast<const char*>(start), 6) != "\x93NUMPY")
    throw bad_input("{}: byte 0: expected the magic string of a .npy file, got something else",
                    stream.name());
  const int version = start[6];
  if (version < 1 || version > 3 || start[7] != 0)
    throw bad_input("{}: byte 6: expected version 1.0, 2.0 or 3.0 of the .npy format, got {}.{}",
                    stream.name(), version, start[7]);
  std::size_t offset = 10, length = start[8] | std::size_t{start[9]} << 8;
  if (version > 1) {
    read_exactly(stream, start + 10, 2, 10);
    offset = 12;
    length |= std::size_t{start[10]} << 16 | std::size_t{start[11]} << 24;
  }
  if (length > most_header)
    throw bad_input("{}: byte 8: expected a header of at most {} bytes, got {}: it is damaged", stream.name(),
                    most_header, length);
  std::string text(length, '\0');
  read_exactly(stream, text.data(), length, offset);
  NpyHeader header = HeaderText(text, offset, stream.name()).read();
  const std::uint64_t values = product(header.shape, stream.name()),
                      whole = offset + length + values * static_cast<std::uint64_t>(header.type.bytes);
  if (values * static_cast<std::uint64_t>(header.type.bytes) > most_content)
    throw bad_input(
        "{}: expected an array of at most {} bytes, got a header that promises {} values of {} bytes",
        stream.name(), most_content, values, header.type.bytes);
  if (stream.size() != whole)
    throw bad_input(
        "{}: expected {} bytes, as the header promises {} values of {} bytes ({}), got {}: the file is {}",
        stream.name(), whole, values, header.type.bytes, shape_text(header.shape), stream.size(),
        stream.size() < whole ? "truncated" : "damaged, or something was appended");
  return header;
}

template <class Whole>
void read_npy_values(ByteStream& stream, const NpyHeader& header,
                     const std::function<void(std::span<const Whole>)>& use) {
  const std::uint64_t count = product(header.shape, stream.name());
  const auto bytes = static_cast<std::size_t>(header.type.bytes);
  std::vector<unsigned char> block(std::size_t{1} << 18);
  std::vector<Whole> values;
  for (std::uint64_t at = 0; at < count; at += values.size()) {
    const std::size_t wanted = std::min<std::uint64_t>(count - at, block.size() / bytes);
    if (stream.read(block.data(), wanted * bytes) != wanted * bytes)
      throw bad_input(
          "{}: expected {} values ({}), got the end of the file after {} of them: it is truncated",
          stream.name(), count, shape_text(header.shape), at);
    values.resize(wanted);
    const std::size_t fit = to_whole_numbers(header.type, block.data(), wanted, values.data());
    if (fit < wanted) throw unfit<Whole>(header, at + fit, block.data() + fit * bytes, stream.name());
    use(values);
  }
  if (stream.read(block.data(), 1) != 0)
    throw bad_input("{}: expected {} values ({}), got more: something was appended", stream.name(), count,
                    shape_text(header.shape));
}

template <class Whole>
WholeArray<Whole> whole_array(const NpyHeader& header, const unsigned char* bytes, const std::string& name) {
  std::vector<Whole> values(product(header.shape, name));
  const std::size_t fit = to_whole_numbers(header.type, bytes, values.size(), values.data());
  if (fit < values.size())
    throw unfit<Whole>(header, fit, bytes + fit * static_cast<std::size_t>(header.type.bytes), name);
  if (header.fortran_order && header.shape.size() > 1) {
    ArrayShape strides(header.shape.size(), 1);
    for (std::size_t d = 1; d < strides.size(); ++d) strides[d] = strides[d - 1] * header.shape[d - 1];
    values = in_c_order(values, header.shape, strides);
  }
  return {header.shape, std::move(values)};
}

template <class Whole>
std::vector<Whole> in_c_order(const std::vector<Whole>& values, const ArrayShape& shape,
                              const ArrayShape& strides) {
  std::vector<Whole> ordered(values.size());
  if (values.empty()) return ordered;
  ArrayShape index(shape.size(), 0);
  std::uint64_t from = 0;
  for (Whole& value : ordered) {
    value = values[from];
    for (std::size_t d = shape.size(); d-- > 0;) {  // the next index, as an odometer counts
      from += strides[d];
      if (++index[d] < shape[d]) break;
      from -= shape[d] * strides[d];
      index[d] = 0;
    }
  }
  return ordered;
}

template void read_npy_values(ByteStream&, const NpyHeader&,
                              const std::function<void(std::span<const std::uint8_t>)>&);
template void read_npy_values(ByteStream&, const NpyHeader&,
                              const std::function<void(std::span<const std::uint16_t>)>&);
template WholeArray<std::uint8_t> whole_array(const NpyHeader&, const unsigned char*, const std::string&);
template WholeArray<std::uint16_t> whole_array(const NpyHeader&, const unsigned char*, const std::string&);
template std::vector<std::uint8_t> in_c_order(const std::vector<std::uint8_t>&, const ArrayShape&,
                                              const ArrayShape&);
template std::vector<std::uint16_t> in_c_order(const std::vector<std::uint16_t>&, const ArrayShape&,
                                               const ArrayShape&);

}  // namespace tailor
