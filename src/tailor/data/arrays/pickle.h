// Python's pickles as data: dictionaries, lists, tuples, texts, numbers and NumPy arrays, protocols 0 to 5 (pickletools has
// the opcodes), Python 2's too. A pickle is a program; here nothing of it is run. The few names that NumPy's arrays need
// stand for themselves, every other one is refused with a message that says what would have run.
//
// Each step, value and copy is counted against a limit, and nothing is recursive, so depth costs nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/data/arrays/npy.h"

namespace tailor {

class Pickle {
 public:
  // Reads the content, which must stay as it is: texts and arrays lie in it. `name` is for messages. Bad input unless it
  // is a whole pickle of a dictionary.
  Pickle(std::string name, std::string_view content);

  // Of the dictionary: the value of a key that is text. A missing key is bad input that names those that are there; so is a
  // value of another kind.
  bool has(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  // A list or an array.
  std::vector<std::uint16_t> labels(std::string_view key) const;
  WholeArray<std::uint8_t> pixels(std::string_view key) const;

 private:
  using Index = std::uint32_t;  // of a value
  enum class Kind { none, number, real, text, list, tuple, dictionary, name, type, array };
  struct Value {
    Kind kind = Kind::none;
    std::int64_t number = 0;     // of an array: its index in arrays_; of a type: its byte order
    std::string_view text{};     // UTF-8 or any bytes; of a name: module.name
    std::vector<Index> items{};  // of a dictionary: key, value, key, …
  };
  struct Array {
    NpyHeader header;
    std::string_view bytes;
    bool complete = false;
  };

  class Reader;

  std::optional<Index> find(std::string_view key) const;
  Index value(std::string_view key) const;
  const Array* array(const Value& value) const;
  [[nodiscard]] class Error unexpected(std::string_view key, std::string_view expected,
                                       const Value& got) const;

  const std::string name_;
  std::vector<Value> values_;
  std::vector<Array> arrays_;
  std::deque<std::string> own_;  // texts that are written otherwise in the content
  Index root_ = 0;
};

}  // namespace tailor
