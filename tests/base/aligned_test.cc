#include "tailor/base/aligned.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace tailor {
namespace {

bool on_a_line(const AlignedFloats& array) {
  return reinterpret_cast<std::uintptr_t>(array.data()) % cache_line == 0;
}

TEST(Aligned, ArraysOfAllSizesBeginOnACacheLine) {
  std::vector<AlignedFloats> arrays;  // all at once, so that they have different places
  for (std::size_t size = 1; size < 2'000'000; size += 1 + size / 3) arrays.emplace_back(size);
  for (AlignedFloats& array : arrays) {
    ASSERT_TRUE(on_a_line(array)) << array.size();
    array.resize(2 * array.size() + 1);
    ASSERT_TRUE(on_a_line(array)) << array.size();
  }
}

TEST(Aligned, CopiesAndMovesKeepTheContent) {
  AlignedFloats array = {1, 2, 3};
  const AlignedFloats copy = array;
  const float* place = array.data();
  const AlignedFloats moved = std::move(array);
  EXPECT_EQ(copy, moved);
  EXPECT_EQ(moved.data(), place);  // no copy
}

}  // namespace
}  // namespace tailor
