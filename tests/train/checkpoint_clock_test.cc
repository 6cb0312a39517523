#include "tailor/train/checkpoint_clock.h"

#include <limits>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(CheckpointClock, WritesAtTheFirstEpochsEndAndWithinAnEpochAfterTheInterval) {
  const CheckpointClock clock(30, 0.01, 1000);
  EXPECT_TRUE(clock.due_after_epoch(1000.001));
  EXPECT_FALSE(clock.due_within_epoch(1029));
  EXPECT_TRUE(clock.due_within_epoch(1030));
}

TEST(CheckpointClock, LeavesAHundredTimesTheCostBetweenWrites) {
  CheckpointClock clock(30, 0.01, 0);
  clock.wrote(100, 100.5);
  EXPECT_FALSE(clock.due_after_epoch(150));
  EXPECT_FALSE(clock.due_within_epoch(150)) << "half a minute, but 1 % of the time is less often";
  EXPECT_TRUE(clock.due_after_epoch(150.5));
  EXPECT_TRUE(clock.due_within_epoch(150.5));
  clock.wrote(200, 200.01);
  EXPECT_TRUE(clock.due_after_epoch(201.01));
  EXPECT_FALSE(clock.due_within_epoch(201.01));
}

TEST(CheckpointClock, MayTakeAllOfTheTime) {
  CheckpointClock clock(0, std::numeric_limits<double>::infinity(), 0);
  clock.wrote(100, 200);
  EXPECT_TRUE(clock.due_after_epoch(200));
  EXPECT_TRUE(clock.due_within_epoch(200));
}

// Epochs of any length, writes of any cost: less than 1 % of the time after the first one.
TEST(CheckpointClock, CostsLessThanAHundredthOfTheTime) {
  for (const double epoch : {0.001, 0.7, 20.0, 400.0})
    for (const double cost : {0.002, 0.3, 5.0}) {
      CheckpointClock clock(30, 0.01, 0);
      double now = 0, writing = 0, last = 0, longest = 0;
      const auto write = [&] {
        longest = std::max(longest, now - last);
        clock.wrote(now, now + cost);
        now += cost, writing += cost, last = now;
      };
      write();
      writing = 0;
      const double start = now;
      while (now < start + 3000) {
        for (int step = 0; step < 10; ++step) {
          now += epoch / 10;
          if (clock.due_within_epoch(now)) write();
        }
        if (clock.due_after_epoch(now)) write();
      }
      EXPECT_LT(writing, 0.01 * (now - start)) << epoch << " " << cost;
      EXPECT_LE(longest, std::max(30.0, 100 * cost) + epoch / 10) << epoch << " " << cost;
    }
}

}  // namespace
}  // namespace tailor
