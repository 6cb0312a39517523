#include "tailor/base/threads.h"

#include <cfenv>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <omp.h>
#include <unistd.h>

#include "data/files.h"
#include "no_more_threads.h"
#include "tailor/base/error.h"

namespace tailor {
namespace {

using test::expect_error;
using test::NoMoreThreads;

TEST(Workers, EveryTaskRunsOnceWithAnyNumberOfThreads) {
  for (int threads : {1, 2, 3, 5}) {
    Workers workers(threads);
    for (int round = 0; round < 200; ++round) {
      const int count = 1 + round % 17;
      std::vector<int> seen(17, 0);
      workers.run(count, [&](int i) { ++seen[static_cast<std::size_t>(i)]; });
      for (int i = 0; i < 17; ++i) ASSERT_EQ(seen[static_cast<std::size_t>(i)], i < count);
    }
  }
}

TEST(Workers, RefuseToBeNone) {
  for (const int threads : {0, -1})
    expect_error(ExitCode::usage, {"threads", "1 or more"}, [&] { Workers workers(threads); });
}

// Of each thread of this process: how often it has given up a processor or lost it, and whether it sleeps.
struct Switches {
  std::map<std::string, long> of_thread;
  int awake = 0;

  Switches() {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::ifstream status(task.path() / "status");
      long& sum = of_thread[task.path().filename()];
      for (std::string word; status >> word;) {
        long count = 0;
        if (word == "State:") awake += status >> word && word != "S";
        if (word.ends_with("voluntary_ctxt_switches:") && status >> count) sum += count;
      }
    }
  }
};

// Two tasks each time, again and again: 30 of 32 threads have nothing to do, and are not woken.
TEST(Workers, ThoseWithoutATaskSleep) {
  Workers workers(32);
  workers.run(32, [](int) {});
  while (Switches().awake > 1) ::usleep(1000);
  const Switches before;
  for (int round = 0; round < 100; ++round) workers.run(2, [](int) { ::usleep(100); });
  const Switches after;
  int woken = 0;
  for (const auto& [thread, count] : after.of_thread) woken += before.of_thread.at(thread) != count;
  EXPECT_LE(woken, 3) << "the caller, a helper, and what a sanitizer may have of its own";
}

TEST(Threads, OneThatCannotBeStartedIsAnErrorThatSaysWhatToDo) {
  const NoMoreThreads limit(std::size_t{1} << 50);
  expect_error(ExitCode::failed, {"cannot start another thread", "pids.max", "take fewer"},
               [] { start_thread([] {}, "take fewer"); });
  Workers alone(1);  // needs none
  int ran = 0;
  alone.run(3, [&](int) { ++ran; });
  EXPECT_EQ(ran, 3);
}

// Of seven helpers none can be started, or the first few: these must end then.
TEST(Workers, ThatCannotAllBeStartedAreAnError) {
  for (const int bits : {50, 45}) {
    const NoMoreThreads limit(std::size_t{1} << bits);
    expect_error(ExitCode::failed, {"cannot start another thread", "fewer threads than 8"},
                 [] { Workers workers(8); });
  }
}

float smallest() { return 1e-38f; }

// A tenth of the smallest normal number: a denormal, or nothing.
float tenth(float x) {
  volatile float value = x;
  return value * 0.1f;
}

TEST(ComputeScope, ComputesAlikeInEveryThreadAndLeavesItAsItWas) {
  std::thread([] {
    std::fesetenv(FE_DFL_ENV);
    std::fesetround(FE_UPWARD);
    omp_set_num_threads(3);
    std::feraiseexcept(FE_INEXACT | FE_OVERFLOW);
    EXPECT_NE(tenth(smallest()), 0);
    {
      const ComputeScope scope;
      EXPECT_EQ(tenth(smallest()), 0);
      EXPECT_EQ(std::fegetround(), FE_TONEAREST);
      EXPECT_EQ(omp_get_max_threads(), 1);
      {
        const ComputeScope inner;
        EXPECT_EQ(tenth(smallest()), 0);
      }
      EXPECT_EQ(tenth(smallest()), 0);
      std::feraiseexcept(FE_DIVBYZERO);
    }
    EXPECT_NE(tenth(smallest()), 0);
    EXPECT_EQ(std::fegetround(), FE_UPWARD);
    EXPECT_EQ(omp_get_max_threads(), 3);
    EXPECT_TRUE(std::fetestexcept(FE_OVERFLOW));
    EXPECT_FALSE(std::fetestexcept(FE_DIVBYZERO));
  }).join();
}

TEST(ComputeScope, HelpersComputeLikeIt) {
  std::thread([] {
    std::fesetround(FE_DOWNWARD);  // threads inherit it
    Workers workers(3);
    const ComputeScope scope;
    std::vector<float> tenths(3, 1);
    std::vector<int> roundings(3, -1);
    workers.run(3, [&](int i) {
      tenths[static_cast<std::size_t>(i)] = tenth(smallest());
      roundings[static_cast<std::size_t>(i)] = std::fegetround();
    });
    EXPECT_EQ(tenths, std::vector<float>(3, 0.0f));
    EXPECT_EQ(roundings, std::vector<int>(3, FE_TONEAREST));
  }).join();
}

}  // namespace
}  // namespace tailor
