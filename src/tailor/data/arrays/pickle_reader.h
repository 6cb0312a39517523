// The machine that a pickle is a program for: a stack, marks, a memo. pickle.cc alone includes this.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/data/arrays/pickle.h"

namespace tailor {

class Pickle::Reader {
 public:
  Reader(Pickle& pickle, std::string_view content) : pickle_(pickle), content_(content) {}

  void run();

 private:
  // The content.
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void refuse(std::string_view what) const;
  std::string_view take(std::uint64_t bytes);
  std::uint64_t little_endian(int bytes);
  std::string_view line();
  std::string_view own(std::string text);

  // The stack.
  Index add(Value value);
  void push(Index index) { stack_.push_back(index); }
  void push(Value value) { push(add(std::move(value))); }
  Index pop();
  std::vector<Index> pop_to_mark();
  Value& at(Index index) { return pickle_.values_[index]; }
  Value& top(Kind kind);

  // The opcodes.
  void step(unsigned char code);
  bool push_plain(unsigned char code);
  bool push_text(unsigned char code);
  bool use_memo(unsigned char code);
  bool build_container(unsigned char code);
  void push_integer(std::string_view digits);
  void push_little_endian_integer(std::string_view bytes);
  void push_name(std::string_view module, std::string_view name);

  // What NumPy's arrays are made of: calls that are known, as data.
  void reduce();
  void build();
  void build_array(Index object, const Value& state);
  Index call_type(const std::vector<Index>& arguments);
  Index call_encode(const std::vector<Index>& arguments);
  Index call_scalar(const std::vector<Index>& arguments);
  Index call_from_buffer(const std::vector<Index>& arguments);
  ArrayType type_of(Index index);
  ArrayShape shape_of(Index index);
  void complete(Array& array, Index type, Index shape, bool fortran, Index bytes);

  Pickle& pickle_;
  const std::string_view content_;
  std::size_t at_ = 0;      // the next byte
  std::size_t opcode_ = 0;  // the place of the opcode at hand
  std::size_t copied_ = 0;  // bytes in own_
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack
  std::unordered_map<std::uint64_t, Index> memo_;
};

}  // namespace tailor
