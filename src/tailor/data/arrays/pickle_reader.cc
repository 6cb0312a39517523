#include "tailor/data/arrays/pickle_reader.h"

#include <algorithm>
#include <charconv>

#include "tailor/data/arrays/pickle_text.h"

namespace tailor {
namespace {

constexpr std::size_t most_steps = 8'000'000, most_pickle_values = 1'000'000, most_arguments = 16;

// The names that may stand in a pickle, without NumPy 2's underscore and Python 2's spelling.
constexpr std::string_view reconstruct = "numpy.core.multiarray._reconstruct", array_class = "numpy.ndarray",
                           type_class = "numpy.dtype", scalar = "numpy.core.multiarray.scalar",
                           from_buffer = "numpy.core.numeric._frombuffer", encode = "_codecs.encode",
                           bytes_class = "builtins.bytes", bytearray_class = "builtins.bytearray";
constexpr std::string_view known_names[] = {reconstruct, array_class, type_class,  scalar,
                                            from_buffer, encode,      bytes_class, bytearray_class};

std::string usual_name(std::string_view module, std::string_view name) {
  std::string whole(module);
  if (whole.starts_with("numpy._core.")) whole.erase(6, 1);
  if (whole == "__builtin__") whole = "builtins";
  return whole.append(".").append(name);
}

}  // namespace

void Pickle::Reader::fail(const std::string& what) const {
  throw bad_input("{}: byte {}: {}: the file is damaged, truncated or no data set", pickle_.name_, opcode_,
                  what);
}

void Pickle::Reader::refuse(std::string_view what) const {
  throw bad_input(
      "{}: byte {}: would run {}: refused; of a pickle, only dictionaries, lists, texts, numbers and NumPy arrays are "
      "read, and nothing is run",
      pickle_.name_, opcode_, printable(what));
}

std::string_view Pickle::Reader::take(std::uint64_t bytes) {
  if (bytes > content_.size() - at_)
    fail(fmt::format("expected {} more bytes, got the end after {}", bytes, content_.size() - at_));
  const std::string_view taken = content_.substr(at_, bytes);
  at_ += bytes;
  return taken;
}

std::uint64_t Pickle::Reader::little_endian(int bytes) {
  const std::string_view taken = take(static_cast<std::uint64_t>(bytes));
  std::uint64_t value = 0;
  for (int i = bytes; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(taken[static_cast<std::size_t>(i)]);
  return value;
}

std::string_view Pickle::Reader::line() {
  const std::size_t end = content_.find('\n', at_);
  if (end == std::string_view::npos) fail("expected a line, got the end");
  const std::string_view taken = content_.substr(at_, end - at_);
  at_ = end + 1;
  return taken;
}

// Copies come from the content, so together they are little more than it, unless somebody makes them of one another.
std::string_view Pickle::Reader::own(std::string text) {
  copied_ += text.size();
  if (copied_ > 4 * content_.size()) fail("expected no text that is copied again and again, got one");
  return pickle_.own_.emplace_back(std::move(text));
}

Pickle::Index Pickle::Reader::add(Value value) {
  if (pickle_.values_.size() == most_pickle_values)
    fail(fmt::format("expected at most {} values, got more", most_pickle_values));
  pickle_.values_.push_back(std::move(value));
  return static_cast<Index>(pickle_.values_.size() - 1);
}

Pickle::Index Pickle::Reader::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("expected a value on the stack, got none");
  const Index index = stack_.back();
  stack_.pop_back();
  return index;
}

std::vector<Pickle::Index> Pickle::Reader::pop_to_mark() {
  if (marks_.empty()) fail("expected a mark on the stack, got none");
  std::vector<Index> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
  stack_.resize(marks_.back());
  marks_.pop_back();
  return items;
}

Pickle::Value& Pickle::Reader::top(Kind kind) {
  const Index index = pop();
  push(index);
  if (at(index).kind != kind) fail("expected a value of another kind on the stack");
  return at(index);
}

void Pickle::Reader::run() {
  for (std::size_t steps = 0;; ++steps) {
    if (steps == most_steps) fail(fmt::format("expected at most {} steps, got more", most_steps));
    opcode_ = at_;
    const auto code = static_cast<unsigned char>(take(1)[0]);
    if (code == '.') break;
    step(code);
  }
  pickle_.root_ = pop();
}

void Pickle::Reader::step(unsigned char code) {
  if (push_plain(code) || push_text(code) || use_memo(code) || build_container(code)) return;
  switch (code) {
    case 0x80:  // PROTO
      if (const std::uint64_t version = little_endian(1); version > 5)
        fail(fmt::format("expected a pickle of protocol 0 to 5, got {}", version));
      return;
    case 0x95:  // FRAME
      if (const std::uint64_t length = little_endian(8); length > content_.size() - at_)
        fail(
            fmt::format("expected a frame of {} bytes, got the end after {}", length, content_.size() - at_));
      return;
    case '(':
      marks_.push_back(stack_.size());
      return;
    case '0':  // POP
      if (!marks_.empty() && marks_.back() == stack_.size())
        marks_.pop_back();
      else
        pop();
      return;
    case '1':  // POP_MARK
      pop_to_mark();
      return;
    case '2': {  // DUP
      const Index index = pop();
      push(index), push(index);
      return;
    }
    case 'c': {  // GLOBAL
      const std::string_view module = line(), name = line();
      return push_name(module, name);
    }
    case 0x93: {  // STACK_GLOBAL
      const std::string_view name = top(Kind::text).text;
      pop();
      const std::string_view module = top(Kind::text).text;
      pop();
      return push_name(module, name);
    }
    case 'R':
      return reduce();
    case 'b':
      return build();
    case 'i': {  // INST
      const std::string_view module = line(), name = line();
      refuse(usual_name(module, name));
    }
    case 'o':
    case 0x81:
    case 0x92:
      refuse("the constructor of an object");
    case 'P':
    case 'Q':
      refuse("a loader of persistent objects");
    case 0x82:
    case 0x83:
    case 0x84:
      refuse("an extension");
    case 0x8f:
    case 0x90:
    case 0x91:
      fail("expected dictionaries, lists, texts, numbers and NumPy arrays, got a set");
    case 0x97:
    case 0x98:
      fail("expected everything within the file, got a buffer outside of it");
    default:
      fail(fmt::format("expected an opcode of Python's pickles, got 0x{:02x}", code));
  }
}

bool Pickle::Reader::push_plain(unsigned char code) {
  const auto push_number = [&](std::int64_t number) { push({Kind::number, number}); };
  switch (code) {
    case 'N':
      push(Value{});
      return true;
    case 0x88:
    case 0x89:
      push_number(code == 0x88);
      return true;
    case 'I':
    case 'L':
      push_integer(line());
      return true;
    case 'J':
      push_number(static_cast<std::int32_t>(little_endian(4)));
      return true;
    case 'K':
      push_number(static_cast<std::int64_t>(little_endian(1)));
      return true;
    case 'M':
      push_number(static_cast<std::int64_t>(little_endian(2)));
      return true;
    case 0x8a:
    case 0x8b:
      push_little_endian_integer(take(little_endian(code == 0x8a ? 1 : 4)));
      return true;
    case 'F':
      line();
      push({Kind::real});  // no data set here has any that counts
      return true;
    case 'G':
      take(8);
      push({Kind::real});
      return true;
    default:
      return false;
  }
}

void Pickle::Reader::push_integer(std::string_view digits) {
  if (digits.ends_with('L')) digits.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code != std::errc() || end != digits.data() + digits.size()) fail("expected a whole number of 64 bits");
  push({Kind::number, value});
}

void Pickle::Reader::push_little_endian_integer(std::string_view bytes) {
  if (bytes.size() > 8)
    fail(fmt::format("expected a whole number of 64 bits, got one of {} bytes", bytes.size()));
  std::uint64_t value = !bytes.empty() && (bytes.back() & 0x80) ? ~std::uint64_t{0} : 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  push({Kind::number, static_cast<std::int64_t>(value)});
}

bool Pickle::Reader::push_text(unsigned char code) {
  const auto counted = [&](int bytes) { push({Kind::text, 0, take(little_endian(bytes))}); };
  switch (code) {
    case 'S': {
      const std::optional<std::string> text = from_repr(line());
      if (!text) fail("expected a text in quotes");
      push({Kind::text, 0, own(*text)});
      return true;
    }
    case 'V':
      push({Kind::text, 0, own(from_raw_unicode_escape(line()))});
      return true;
    case 'U':   // SHORT_BINSTRING
    case 'C':   // SHORT_BINBYTES
    case 0x8c:  // SHORT_BINUNICODE
      counted(1);
      return true;
    case 'T':
    case 'B':
    case 'X':
      counted(4);
      return true;
    case 0x8d:
    case 0x8e:
    case 0x96:
      counted(8);
      return true;
    default:
      return false;
  }
}

bool Pickle::Reader::use_memo(unsigned char code) {
  const auto place_in_line = [&] {
    std::uint64_t place = 0;
    const std::string_view digits = line();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place);
    if (error != std::errc() || end != digits.data() + digits.size()) fail("expected a place in the memo");
    return place;
  };
  const auto memorize = [&](std::uint64_t place) {
    const Index index = pop();
    push(index);
    if (memo_.size() == most_pickle_values)
      fail(fmt::format("expected at most {} values in the memo, got more", most_pickle_values));
    memo_[place] = index;
  };
  const auto recall = [&](std::uint64_t place) {
    const auto found = memo_.find(place);
    if (found == memo_.end()) fail(fmt::format("expected a value at {} of the memo, got none", place));
    push(found->second);
  };
  switch (code) {
    case 'p':
      memorize(place_in_line());
      return true;
    case 'q':
      memorize(little_endian(1));
      return true;
    case 'r':
      memorize(little_endian(4));
      return true;
    case 0x94:
      memorize(memo_.size());
      return true;
    case 'g':
      recall(place_in_line());
      return true;
    case 'h':
      recall(little_endian(1));
      return true;
    case 'j':
      recall(little_endian(4));
      return true;
    default:
      return false;
  }
}

bool Pickle::Reader::build_container(unsigned char code) {
  const auto push_items = [&](Kind kind, std::vector<Index> items) {
    if (kind == Kind::dictionary && items.size() % 2 != 0) fail("expected a value for each key");
    push({kind, 0, {}, std::move(items)});
  };
  const auto add_items = [&](Kind kind, const std::vector<Index>& items) {
    if (kind == Kind::dictionary && items.size() % 2 != 0) fail("expected a value for each key");
    std::vector<Index>& all = top(kind).items;
    all.insert(all.end(), items.begin(), items.end());
  };
  const auto popped = [&](int n) {
    std::vector<Index> items(static_cast<std::size_t>(n));
    for (std::size_t i = items.size(); i-- > 0;) items[i] = pop();
    return items;
  };
  switch (code) {
    case ']':
      push_items(Kind::list, {});
      return true;
    case ')':
      push_items(Kind::tuple, {});
      return true;
    case '}':
      push_items(Kind::dictionary, {});
      return true;
    case 'l':
      push_items(Kind::list, pop_to_mark());
      return true;
    case 't':
      push_items(Kind::tuple, pop_to_mark());
      return true;
    case 'd':
      push_items(Kind::dictionary, pop_to_mark());
      return true;
    case 0x85:
    case 0x86:
    case 0x87:
      push_items(Kind::tuple, popped(code - 0x84));
      return true;
    case 'a':
      add_items(Kind::list, popped(1));
      return true;
    case 'e':
      add_items(Kind::list, pop_to_mark());
      return true;
    case 's':
      add_items(Kind::dictionary, popped(2));
      return true;
    case 'u':
      add_items(Kind::dictionary, pop_to_mark());
      return true;
    default:
      return false;
  }
}

void Pickle::Reader::push_name(std::string_view module, std::string_view name) {
  const std::string whole = usual_name(module, name);
  const auto* const known = std::find(std::begin(known_names), std::end(known_names), whole);
  if (known == std::end(known_names)) refuse(std::string(module) + "." + std::string(name));
  push({Kind::name, 0, *known});
}

void Pickle::Reader::reduce() {
  if (top(Kind::tuple).items.size() > most_arguments) fail("expected NumPy's arrays as NumPy writes them");
  const std::vector<Index> arguments = top(Kind::tuple).items;
  pop();
  const std::string_view name = top(Kind::name).text;
  pop();
  if (name == reconstruct) {
    if (arguments.empty() || at(arguments[0]).kind != Kind::name || at(arguments[0]).text != array_class)
      fail("expected a NumPy array");
    pickle_.arrays_.emplace_back();
    push({Kind::array, static_cast<std::int64_t>(pickle_.arrays_.size() - 1)});
  } else if (name == type_class) {
    push(call_type(arguments));
  } else if (name == encode) {
    push(call_encode(arguments));
  } else if (name == scalar) {
    push(call_scalar(arguments));
  } else if (name == from_buffer) {
    push(call_from_buffer(arguments));
  } else if (name == bytes_class || name == bytearray_class) {
    if (arguments.empty())
      push({Kind::text});
    else if (arguments.size() == 2)
      push(call_encode(arguments));
    else if (arguments.size() == 1 && at(arguments[0]).kind == Kind::text)
      push(arguments[0]);
    else
      fail("expected bytes");
  } else {
    fail("expected NumPy's arrays as NumPy writes them");
  }
}

Pickle::Index Pickle::Reader::call_type(const std::vector<Index>& arguments) {
  if (arguments.empty() || at(arguments[0]).kind != Kind::text) fail("expected the type of an array");
  return add({Kind::type, '|', at(arguments[0]).text});
}

Pickle::Index Pickle::Reader::call_encode(const std::vector<Index>& arguments) {
  const bool latin1 = arguments.size() == 2 && at(arguments[0]).kind == Kind::text &&
                      at(arguments[1]).kind == Kind::text &&
                      (at(arguments[1]).text == "latin1" || at(arguments[1]).text == "latin-1");
  const std::optional<std::string> bytes = latin1 ? to_latin1(at(arguments[0]).text) : std::nullopt;
  if (!bytes) fail("expected bytes as Latin-1 text");
  return add({Kind::text, 0, own(*bytes)});
}

Pickle::Index Pickle::Reader::call_scalar(const std::vector<Index>& arguments) {
  if (arguments.size() != 2 || at(arguments[1]).kind != Kind::text) fail("expected a NumPy number");
  const ArrayType type = type_of(arguments[0]);
  const std::string_view bytes = at(arguments[1]).text;
  std::uint16_t value = 0;
  if (bytes.size() != static_cast<std::size_t>(type.bytes) ||
      to_whole_numbers(type, reinterpret_cast<const unsigned char*>(bytes.data()), 1, &value) != 1)
    fail("expected a NumPy number from 0 to 65535");
  return add({Kind::number, value});
}

Pickle::Index Pickle::Reader::call_from_buffer(const std::vector<Index>& arguments) {
  if (arguments.size() != 4 || at(arguments[3]).kind != Kind::text) fail("expected a NumPy array");
  Array array;
  complete(array, arguments[1], arguments[2], at(arguments[3]).text == "F", arguments[0]);
  pickle_.arrays_.push_back(std::move(array));
  return add({Kind::array, static_cast<std::int64_t>(pickle_.arrays_.size() - 1)});
}

ArrayType Pickle::Reader::type_of(Index index) {
  const Value& type = at(index);
  if (type.kind != Kind::type) fail("expected the type of an array");
  const std::optional<ArrayType> known =
      parse_array_type(static_cast<char>(type.number) + std::string(type.text.substr(0, 16)));
  if (!known)
    fail(fmt::format("expected an array of integers or of floats, got one of the type '{}'",
                     printable(type.text)));
  return *known;
}

ArrayShape Pickle::Reader::shape_of(Index index) {
  const Value& tuple = at(index);
  if (tuple.kind != Kind::tuple || tuple.items.size() > 32) fail("expected the shape of an array");
  ArrayShape shape;
  for (const Index item : tuple.items) {
    if (at(item).kind != Kind::number || at(item).number < 0) fail("expected the shape of an array");
    shape.push_back(static_cast<std::uint64_t>(at(item).number));
  }
  return shape;
}

void Pickle::Reader::complete(Array& array, Index type, Index shape, bool fortran, Index bytes) {
  array.header = {type_of(type), fortran, shape_of(shape)};
  if (at(bytes).kind != Kind::text) fail("expected the bytes of an array (Python objects are not read)");
  array.bytes = at(bytes).text;
  std::uint64_t wanted = static_cast<std::uint64_t>(array.header.type.bytes);
  for (const std::uint64_t n : array.header.shape)
    if (__builtin_mul_overflow(wanted, n, &wanted)) fail("expected an array that fits into memory");
  if (array.bytes.size() != wanted)
    fail(fmt::format("expected {} bytes for an array of {}, got {}", wanted, shape_text(array.header.shape),
                     array.bytes.size()));
  array.complete = true;
}

void Pickle::Reader::build() {
  const Index state_index = pop(), object = pop();
  push(object);
  if (at(state_index).kind != Kind::tuple || at(state_index).items.size() > most_arguments)
    fail("expected the state of a NumPy array or type");
  const Value state = at(state_index);
  Value& value = at(object);
  if (value.kind == Kind::array) {
    build_array(object, state);
  } else if (value.kind == Kind::type) {
    const bool plain = state.items.size() >= 5 && at(state.items[1]).kind == Kind::text &&
                       at(state.items[1]).text.size() == 1 && at(state.items[2]).kind == Kind::none &&
                       at(state.items[3]).kind == Kind::none && at(state.items[4]).kind == Kind::none;
    if (!plain) fail("expected a type of numbers, got one of records");
    value.number = static_cast<unsigned char>(at(state.items[1]).text[0]);
  } else {
    refuse("code that builds an object");
  }
}

// (version, shape, type, Fortran order, bytes); version 0 of old has no first one.
void Pickle::Reader::build_array(Index object, const Value& state) {
  const std::size_t first = state.items.size() == 5 ? 1 : 0;
  if (state.items.size() != 4 + first || at(state.items[first + 2]).kind != Kind::number)
    fail("expected the state of a NumPy array");
  Array& array = pickle_.arrays_[static_cast<std::size_t>(at(object).number)];
  complete(array, state.items[first + 1], state.items[first], at(state.items[first + 2]).number != 0,
           state.items[first + 3]);
}

}  // namespace tailor
