// The macro as debug and sanitizer builds have it, whatever this build is.
#undef TAILOR_ASSERTIONS
#define TAILOR_ASSERTIONS
#include "tailor/base/assert.h"

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(Assert, ATrueConditionDoesNothing) {
  int looked = 0;
  TAILOR_ASSERT(++looked == 1);
  EXPECT_EQ(looked, 1);
}

TEST(AssertDeathTest, AFalseOneEndsTheProgramAndSaysWhere) {
  const int lanes = 9;
  EXPECT_DEATH(TAILOR_ASSERT(lanes <= 8), "assert_test.cc:[0-9]+: .*lanes <= 8");
}

}  // namespace
}  // namespace tailor
