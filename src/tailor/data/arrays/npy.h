// NumPy's .npy: a magic string, a version, a header that is a Python dictionary of plain values, then the numbers
// (numpy.lib.format; versions 1.0, 2.0 and 3.0). Nothing of the header is run, and nothing is allocated because
// it promises much: sizes are compared with what the file can hold, and values are handed on as they come.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tailor/data/arrays/array_type.h"
#include "tailor/data/arrays/byte_stream.h"

namespace tailor {

using ArrayShape = std::vector<std::uint64_t>;

// "60000x28x28"; "no dimensions" for a single number.
std::string shape_text(const ArrayShape& shape);

struct NpyHeader {
  ArrayType type;
  bool fortran_order = false;  // the first index varies fastest
  ArrayShape shape;
};

// Leaves the stream at the first value. Bad input unless it is a header of real numbers that promises as many bytes as
// the stream has, and at most 1 TiB.
NpyHeader read_npy_header(ByteStream& stream);

// Calls `use` with the values that follow, some at a time, in the order they are stored in: pixels (std::uint8_t: 0 to 255)
// or labels (std::uint16_t: 0 to 65,535). Bad input where a value is anything else, names it and its place; or where
// there are more or fewer than the header promises.
template <class Whole>
void read_npy_values(ByteStream& stream, const NpyHeader& header,
                     const std::function<void(std::span<const Whole>)>& use);

// Values in C order, the last index varying fastest, whatever order and type they were stored in.
template <class Whole>
struct WholeArray {
  ArrayShape shape;
  std::vector<Whole> values;
};

// Values that lie in memory, checked in the same way; `name` is for messages.
template <class Whole>
WholeArray<Whole> whole_array(const NpyHeader& header, const unsigned char* bytes, const std::string& name);

// Values that lie with these strides, in C order of `shape`.
template <class Whole>
std::vector<Whole> in_c_order(const std::vector<Whole>& values, const ArrayShape& shape,
                              const ArrayShape& strides);

}  // namespace tailor
