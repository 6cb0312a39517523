// How much complete trials still changed after an epoch: the median, where it is known.
#include "tailor/tune/samplers/remaining_change.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(RemainingChange, IsTheMedianOfTheTrialsThatTell) {
  const std::vector<double> a = {1, 2, 4}, b = {1, 3, 9}, short_one = {3},
                            broken = {std::numeric_limits<double>::quiet_NaN(), 8, 9};
  RemainingChange change;
  change.add(a, 4);
  change.add(b, 9);
  change.add(broken, 9);
  change.add(short_one, 4);
  EXPECT_EQ(change.after(1), 3);  // of 3, 8, 1
  EXPECT_EQ(change.after(2), 2);  // of 2, 6, 1
  EXPECT_EQ(change.after(3), 0);
  EXPECT_EQ(change.after(4), 0);  // nobody went so far
  EXPECT_EQ(change.after(0), 0);
  EXPECT_EQ(RemainingChange().after(1), 0);
}

TEST(RemainingChange, LiesBetweenTheMiddleTwo) {
  const std::vector<double> a = {1}, b = {2};
  RemainingChange change;
  change.add(a, 2);
  change.add(b, 6);
  EXPECT_EQ(change.after(1), 2.5);
}

}  // namespace
}  // namespace tailor
