#include "time_left.h"

#include <gtest/gtest.h>

namespace tailor {
namespace {

using std::chrono::seconds;
constexpr TimeLeft::Clock::time_point start{};

TEST(TimeLeft, FollowsFromTheTimeOfWhatIsDone) {
  TimeLeft left(start);
  EXPECT_EQ(left(0, 10, start + seconds(1)), std::nullopt) << "nothing is known yet";
  EXPECT_EQ(left(2, 8, start + seconds(20)), 80);
  EXPECT_EQ(left(5, 5, start + seconds(40)), 40);
  EXPECT_EQ(left(10, 0, start + seconds(80)), std::nullopt);
}

TEST(TimeLeft, CountsDownUntilMoreIsDone) {
  TimeLeft left(start);
  left(0, 10, start);
  EXPECT_EQ(left(2, 8, start + seconds(20)), 80);
  EXPECT_EQ(left(2, 8, start + seconds(27)), 73);
  EXPECT_EQ(left(2, 8, start + seconds(500)), 0);
  EXPECT_EQ(left(3, 7, start + seconds(600)), 1400) << "it did take long";
}

TEST(TimeLeft, WhatWasDoneBeforeTookNoTime) {
  TimeLeft left(start);
  EXPECT_EQ(left(90, 10, start + seconds(5)), std::nullopt);
  EXPECT_EQ(left(92, 8, start + seconds(10)), 40);
}

}  // namespace
}  // namespace tailor
