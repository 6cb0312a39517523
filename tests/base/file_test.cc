#include "tailor/base/file.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "tailor/base/error.h"

namespace tailor {
namespace {

TEST(WriteFile, ProcessesThatWriteTheSameFileDoNotDisturbEachOther) {
  const std::filesystem::path path = scratch("together");
  constexpr int processes = 4, times = 50;
  for (int process = 0; process < processes; ++process) {
    if (::fork() != 0) continue;
    int failed = 0;
    try {
      for (int i = 0; i < times; ++i)
        write_file(path, std::string(1000 * (process + 1), static_cast<char>('a' + process)));
    } catch (const Error&) {
      failed = 1;
    }
    ::_exit(failed);
  }
  int status = 0, failed = 0;
  while (::wait(&status) > 0) failed += status != 0;
  EXPECT_EQ(failed, 0);
  const std::string content = read_file(path);
  EXPECT_EQ(content, std::string(1000 * (content.front() - 'a' + 1), content.front()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1);
}

}  // namespace
}  // namespace tailor
