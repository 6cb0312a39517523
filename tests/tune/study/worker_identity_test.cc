// Processes that live, die, and die while somebody looks.
#include "tailor/tune/study/worker_identity.h"

#include <csignal>
#include <exception>
#include <filesystem>
#include <optional>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"

namespace tailor {
namespace {

TEST(WorkerIdentity, LivesAsLongAsItsObject) {
  std::optional<LivingWorker> worker(std::in_place);
  const WorkerIdentity identity = worker->identity();
  EXPECT_EQ(look_at(identity), Life::alive);
  worker.reset();
  EXPECT_EQ(look_at(identity), Life::dead);
}

TEST(WorkerIdentity, OfAnotherPlaceIsNotJudgedHere) {
  const LivingWorker worker;
  WorkerIdentity identity = worker.identity();
  identity.place = "elsewhere";
  EXPECT_EQ(look_at(identity), Life::unseen);
}

// An empty folder is what others' processes look like where /proc is mounted with hidepid=2.
TEST(WorkerIdentity, AProcessThatProcHidesIsNotDeadUntilTheKernelSaysSo) {
  const LivingWorker here;
  const std::filesystem::path hidden = scratch("hidden");
  std::filesystem::create_directory(hidden);
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  WorkerIdentity identity = here.identity();
  identity.pid = child;
  EXPECT_EQ(look_at(identity, hidden), Life::unseen);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(look_at(identity, hidden), Life::dead);
  EXPECT_EQ(look_at(here.identity(), hidden), Life::alive) << "of itself it knows without looking";
}

TEST(WorkerIdentity, DyingAtAnyMomentOfALookIsDeadAndNoError) {
  const LivingWorker here;
  for (int deaths = 0; deaths < 300; ++deaths) {
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const WorkerIdentity identity = LivingWorker().identity();
      const bool written = ::write(told[1], &identity.start, sizeof identity.start) > 0;
      ::_exit(written ? 0 : 1);
    }
    WorkerIdentity identity = here.identity();
    identity.pid = child;
    ASSERT_EQ(::read(told[0], &identity.start, sizeof identity.start), sizeof identity.start);
    ::close(told[0]);
    ::close(told[1]);
    std::thread other([&] {
      try {
        while (look_at(identity) == Life::alive) continue;
      } catch (const std::exception& error) {
        ADD_FAILURE() << "after " << deaths << " deaths: " << error.what();
      }
    });
    ::waitpid(child, nullptr, 0);
    other.join();
    EXPECT_EQ(look_at(identity), Life::dead);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace tailor
