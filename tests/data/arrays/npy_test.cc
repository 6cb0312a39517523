#include "tailor/data/arrays/npy.h"

#include "data/arrays/array_files.h"

namespace tailor {
namespace {

using test::MemoryStream;
using test::npy;
using test::npy_with_header;
using Bytes = std::vector<std::uint8_t>;
using Labels = std::vector<std::uint16_t>;

template <class Whole>
WholeArray<Whole> read(ByteStream& stream) {
  const NpyHeader header = read_npy_header(stream);
  WholeArray<Whole> array{header.shape, {}};
  read_npy_values<Whole>(stream, header, [&](auto values) {
    array.values.insert(array.values.end(), values.begin(), values.end());
  });
  return array;
}

Bytes pixels_of(const std::string& content) {
  MemoryStream stream(content);
  return read<std::uint8_t>(stream).values;
}

Labels labels_of(const std::string& content) {
  MemoryStream stream(content);
  return read<std::uint16_t>(stream).values;
}

void refused(const std::string& content, std::vector<std::string> parts) {
  parts.emplace_back("memory.npy");
  test::expect_error(ExitCode::bad_input, parts, [&] { pixels_of(content); });
}

TEST(Npy, ReadsTheThreeVersions) {
  for (const int version : {1, 2, 3}) {
    MemoryStream stream(npy("|u1", "2, 3", std::string("\0\1\2\xfd\xfe\xff", 6), false, version));
    const WholeArray<std::uint8_t> array = read<std::uint8_t>(stream);
    EXPECT_EQ(array.shape, (ArrayShape{2, 3}));
    EXPECT_EQ(array.values, (Bytes{0, 1, 2, 253, 254, 255}));
  }
  // Keys in another order, double quotes, Python 2's long numbers, no last comma.
  EXPECT_EQ(pixels_of(npy_with_header("{\"shape\": (2L,), \"fortran_order\": False,'descr':'|u1'}", "ab")),
            (Bytes{97, 98}));
  EXPECT_EQ(pixels_of(npy("|u1", "", "a")), Bytes{97});
}

TEST(Npy, ReadsEachTypeInEachByteOrder) {
  const Bytes wanted = {0, 1, 255};
  const auto bytes = [](std::initializer_list<std::uint64_t> values, int size, bool big) {
    std::string text;
    for (const std::uint64_t value : values) {
      std::string one = test::little_endian(value, size);
      text += big ? std::string(one.rbegin(), one.rend()) : one;
    }
    return text;
  };
  for (const bool big : {false, true}) {
    const std::string order = big ? ">" : "<";
    for (const int size : {2, 4, 8})
      for (const std::string kind : {"u", "i"})
        EXPECT_EQ(pixels_of(npy(order + kind + std::to_string(size), "3,", bytes({0, 1, 255}, size, big))),
                  wanted);
    EXPECT_EQ(pixels_of(npy(order + "f2", "3,", bytes({0, 0x3c00, 0x5bf8}, 2, big))), wanted);
    EXPECT_EQ(pixels_of(npy(order + "f4", "3,", bytes({0, 0x3f800000, 0x437f0000}, 4, big))), wanted);
    EXPECT_EQ(pixels_of(npy(order + "f8", "3,", bytes({0, 0x3ff0000000000000, 0x406fe00000000000}, 8, big))),
              wanted);
  }
  EXPECT_EQ(pixels_of(npy("|b1", "2,", std::string("\0\1", 2))), (Bytes{0, 1}));
  EXPECT_EQ(pixels_of(npy("|i1", "1,", "\x7f")), Bytes{127});
  EXPECT_EQ(labels_of(npy("<i8", "1,", test::little_endian(65535, 8))), Labels{65535});
}

TEST(Npy, BringsFortranOrderInMemoryIntoCOrder) {
  // numpy.asfortranarray(numpy.arange(24).reshape(2, 3, 4))
  Bytes values;
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) values.push_back(static_cast<std::uint8_t>(i * 12 + j * 4 + k));
  const NpyHeader header{*parse_array_type("|u1"), true, {2, 3, 4}};
  const Bytes ordered = whole_array<std::uint8_t>(header, values.data(), "array").values;
  for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(ordered[i], i);
}

TEST(Npy, NamesTheValueThatIsNoPixel) {
  refused(npy("<f4", "1, 2", std::string(4, '\0') + test::little_endian(0x3f000000, 4)),
          {"value [0, 1]", "whole number from 0 to 255", "got 0.5", "numpy.rint(x * 255)"});
  refused(npy("<f8", "1,", test::little_endian(0x7ff8000000000000, 8)), {"got nan"});
  refused(npy("<f4", "1,", test::little_endian(0xbf800000, 4)), {"got -1"});
  refused(npy("|i1", "2, 1", "\x01\xff"), {"value [1, 0]", "got -1"});
  refused(npy("<u2", "1,", test::little_endian(256, 2)), {"got 256"});
  refused(npy("<u2", "2, 2", test::little_endian(0x0100000000000000, 8), true), {"value [1, 1]", "got 256"});
  test::expect_error(ExitCode::bad_input, {"0 to 65535", "got 65536"},
                     [] { labels_of(npy("<i4", "1,", test::little_endian(65536, 4))); });
}

TEST(Npy, SaysWhatIsNoArrayOfNumbers) {
  refused(npy("|O", "1,", "x"), {"type '|O'", "Python objects", "never run"});
  refused(npy("<U3", "1,", "x"), {"type '<U3'", "text"});
  refused(npy("<c8", "1,", "x"), {"complex"});
  refused(npy("<f16", "1,", "x"), {"type '<f16'"});
  refused(npy_with_header("{'descr': [('x', '<i4')], 'fortran_order': False, 'shape': (1,), }", "xxxx"),
          {"records"});
  refused("hello world!", {"byte 0", "magic"});
  refused("", {"empty"});
  refused(std::string("\x93NUMPY\x04\0..........", 18), {"byte 6", "got 4.0"});
  refused(npy_with_header("{'descr': '|u1', 'shape': (1,), }", "x"), {"descr, fortran_order and shape"});
  refused(npy_with_header("{'descr': '|u1', 'shape': (1,), 'fortran_order': __import__('os'), }", "x"),
          {"True or False"});
  refused(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12) + "x", {"byte 8", "header of at most"});
}

// Nothing is allocated because a header says so.
TEST(Npy, RefusesSizesThatAreNotThere) {
  refused(npy("|u1", "1000000000000, 28, 28", "abc"), {"1000000000000x28x28", "damaged"});
  refused(npy("|u1", "18446744073709551615, 2", "abc"), {"damaged"});
  refused(npy("|u1", "99999999999999999999", "abc"), {"below 2^64"});
  refused(npy("<f8", "1099511627776", "abc"), {"at most"});
  refused(npy("|u1", "4, 2", "abc"), {"8 values", "4x2", "truncated"});
  refused(npy("|u1", "2,", "abc"), {"appended"});
  // A stream that lies about its size.
  const std::string content = npy("|u1", "1000000000", "abc");
  MemoryStream shorter(content, content.size() - 3 + 1'000'000'000);
  test::expect_error(ExitCode::bad_input, {"1000000000 values", "after 0 of them"},
                     [&] { read<std::uint8_t>(shorter); });
  MemoryStream longer(npy("|u1", "1,", "ab"), npy("|u1", "1,", "a").size());
  test::expect_error(ExitCode::bad_input, {"got more"}, [&] { read<std::uint8_t>(longer); });
}

TEST(Npy, SurvivesEveryFlippedByteAndEveryLength) {
  for (const std::string& content :
       {npy("|u1", "2, 2, 3", "abcdefghijkl"), npy(">i2", "2,", std::string("\0\1\0\2", 4), true, 2)}) {
    const test::Survived result = test::survive_damage(content, [](const std::string& damaged) {
      MemoryStream stream(damaged);
      const WholeArray<std::uint8_t> array = read<std::uint8_t>(stream);
      std::uint64_t size = 1;
      for (const std::uint64_t n : array.shape) size *= n;
      ASSERT_EQ(array.values.size(), size);
    });
    EXPECT_GT(result.refused, 0);
    EXPECT_EQ(result.taken_when_cut, 0);
  }
}

}  // namespace
}  // namespace tailor
