#include "tailor/nn/memory/memory_plan.h"

#include <vector>

#include <gtest/gtest.h>

#include "tailor/base/random.h"

namespace tailor {
namespace {

TEST(MemoryPlan, BuffersAliveTogetherNeverOverlapAndOthersShare) {
  const Key key(3);
  for (std::uint64_t round = 0; round < 50; ++round) {
    MemoryPlan plan;
    struct Wanted {
      std::size_t bytes;
      int first, last;
    };
    std::vector<Wanted> wanted;
    std::size_t sum = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
      const Key k = key.with(round).with(i);
      const int first = static_cast<int>(k.below(0, 50));
      wanted.push_back({1 + k.below(1, 5000), first, first + static_cast<int>(k.below(2, 8))});
      plan.add(wanted.back().bytes, first, wanted.back().last);
      sum += wanted.back().bytes;
    }
    plan.pack();
    EXPECT_LT(plan.total_bytes(), sum / 2);
    for (int i = 0; i < 40; ++i) {
      EXPECT_EQ(plan.offset(i) % MemoryPlan::alignment, 0u);
      EXPECT_LE(plan.offset(i) + wanted[i].bytes, plan.total_bytes());
      for (int j = 0; j < i; ++j) {
        const bool together = wanted[i].first <= wanted[j].last && wanted[j].first <= wanted[i].last;
        const bool apart = plan.offset(i) + wanted[i].bytes <= plan.offset(j) ||
                           plan.offset(j) + wanted[j].bytes <= plan.offset(i);
        EXPECT_TRUE(apart || !together) << i << " and " << j;
      }
    }
  }
}

}  // namespace
}  // namespace tailor
