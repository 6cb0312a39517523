#include "tailor/base/threads.h"

#include <vector>

#include <gtest/gtest.h>

namespace tailor {
namespace {

TEST(Workers, EveryTaskRunsOnceWithAnyNumberOfThreads) {
  for (int threads : {1, 2, 3, 5}) {
    Workers workers(threads);
    for (int round = 0; round < 200; ++round) {
      std::vector<int> seen(17, 0);
      workers.run(17, [&](int i) { ++seen[i]; });
      for (int n : seen) ASSERT_EQ(n, 1);
    }
  }
}

}  // namespace
}  // namespace tailor
