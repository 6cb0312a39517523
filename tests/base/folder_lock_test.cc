#include "tailor/base/folder_lock.h"

#include <csignal>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "tailor/base/error.h"

namespace tailor {
namespace {

TEST(FolderLock, TheSecondIsToldWhoWorksThere) {
  const std::filesystem::path folder = scratch("locked");
  std::filesystem::create_directory(folder);
  {
    const FolderLock lock(folder);
    try {
      const FolderLock second(folder);
      ADD_FAILURE() << "two hold the lock";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(folder.string()));
      EXPECT_THAT(error.what(), testing::HasSubstr(fmt::format("process {} on ", ::getpid())));
    }
  }
  const FolderLock again(folder);
}

TEST(FolderLock, LeavesNothingBehind) {
  const std::filesystem::path folder = scratch("tidy");
  std::filesystem::create_directory(folder);
  { const FolderLock lock(folder); }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(FolderLock, GoesWithAProcessThatIsKilled) {
  const std::filesystem::path folder = scratch("killed");
  std::filesystem::create_directory(folder);
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderLock lock(folder);
    std::ofstream(folder / "ready").put('1');
    ::pause();
  }
  while (!std::filesystem::exists(folder / "ready")) ::usleep(1000);
  EXPECT_THROW(const FolderLock lock(folder), Error);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const FolderLock lock(folder);
}

// A holder that removes its file while others wait for it must not let two of them in.
TEST(FolderLock, NeverHasTwoHolders) {
  const std::filesystem::path folder = scratch("contended");
  std::filesystem::create_directory(folder);
  constexpr int processes = 4, times = 300;
  for (int process = 0; process < processes; ++process) {
    if (::fork() != 0) continue;
    int failed = 0;
    for (int held = 0; held < times;) {
      try {
        const FolderLock lock(folder);
        const int alone = ::open((folder / "alone").c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
        failed += alone < 0;
        ::close(alone);
        ::unlink((folder / "alone").c_str());
        ++held;
      } catch (const Error&) {
        ::usleep(50);
      }
    }
    ::_exit(failed > 0);
  }
  int status = 0, failed = 0;
  while (::wait(&status) > 0) failed += status != 0;
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace tailor
