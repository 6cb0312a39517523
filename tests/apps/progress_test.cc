#include "progress.h"

#include <cstdlib>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tailor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ProgressLine, ShowsShareRateAndRemainingTime) {
  EXPECT_EQ(progress_line("epoch 3/12", 200000, 480000, 10800.4, "images", 79),
            "epoch 3/12  [======>         ]  41 %  10,800 images/s  26 s left");
  EXPECT_EQ(progress_line("x", 0, 10, 0, "files", 79), "x  [>               ]   0 %");
  EXPECT_EQ(progress_line("x", 10, 10, 2.5, "files", 79), "x  [================] 100 %  2.5 files/s");
}

TEST(ProgressLine, NeverClaimsToBeDoneEarlyAndSurvivesOddCounts) {
  EXPECT_THAT(progress_line("x", 9999, 10000, 0, "images", 79), HasSubstr(" 99 %"));
  EXPECT_THAT(progress_line("x", 12, 10, 3, "images", 79), HasSubstr("100 %"));
  EXPECT_THAT(progress_line("x", 0, 0, 3, "images", 79), HasSubstr("100 %"));
}

TEST(ProgressLine, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(progress_line("epoch 3/12", 1, 2, 100, "images", 45), "epoch 3/12  [========>       ]  50 %");
  EXPECT_EQ(progress_line("epoch 3/12", 1, 2, 100, "images", 9), "");
}

TEST(Progress, IsSilentWhereNoTerminalIs) {
  std::FILE* file = std::tmpfile();
  {
    Progress progress(10, "images", 0, file);
    progress.update(10, "x");
  }
  EXPECT_EQ(std::ftell(file), 0);
  std::fclose(file);
}

TEST(Progress, DrawsOnATerminalAndCleansUp) {
  ::setenv("TERM", "xterm", 1);
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(master, 0);
  ASSERT_EQ(::grantpt(master), 0);
  ASSERT_EQ(::unlockpt(master), 0);
  std::FILE* terminal = std::fopen(::ptsname(master), "r+");
  ASSERT_NE(terminal, nullptr);
  {
    Progress progress(10, "images", 0, terminal);
    progress.update(5, "first");
    for (int i = 0; i < 1000; ++i) progress.update(6, "too soon");
  }
  std::fclose(terminal);
  std::string drawn;
  char buffer[4096];
  for (ssize_t size = 0; (size = ::read(master, buffer, sizeof buffer)) > 0;)
    drawn.append(buffer, static_cast<std::size_t>(size));
  ::close(master);
  EXPECT_THAT(drawn, StartsWith("\rfirst  [========>       ]  50 %"));
  EXPECT_TRUE(drawn.ends_with("\r\x1b[K"));
  EXPECT_THAT(drawn, Not(HasSubstr("too soon")));
}

}  // namespace
}  // namespace tailor
