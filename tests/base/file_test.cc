#include "tailor/base/file.h"

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
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

// As in two containers that share a folder, whose processes have equal numbers.
TEST(WriteFile, ThreadsThatWriteTheSameFileDoNotDisturbEachOther) {
  const std::filesystem::path folder = scratch("threads"), path = folder / "file";
  std::filesystem::create_directory(folder);
  constexpr std::size_t count = 4, times = 50;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < count; ++thread)
    threads.emplace_back([&, thread] {
      try {
        for (std::size_t i = 0; i < times; ++i)
          write_file(path, std::string(1000 * (thread + 1), static_cast<char>('a' + thread)));
      } catch (const Error&) {
        ++failed;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  const std::string content = read_file(path);
  EXPECT_EQ(content,
            std::string(1000 * static_cast<std::size_t>(content.front() - 'a' + 1), content.front()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST(WriteFile, AProcessThatIsKilledWhileItWritesLeavesNothingBehind) {
  const std::filesystem::path folder = scratch("killed writers");
  std::filesystem::create_directory(folder);
  const std::string content(1 << 24, 'x');
  int partial = 0;
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) write_file(folder / "file", content);
    }
    ::usleep(3000 + 1000 * static_cast<useconds_t>(round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    // Between its name and its place a file is complete; that moment is rarely met.
    EXPECT_EQ(entry.file_size(), content.size());
    partial += entry.path().extension() == ".part";
  }
  EXPECT_LE(partial, 2);
}

TEST(AppendLine, EndsALineThatSomebodyLeftUnfinished) {
  const std::filesystem::path path = scratch("lines");
  append_line(path, "one");
  write_file(path, "one\ntw");  // as after a full disk
  append_line(path, "three");
  append_line(path, "four");
  EXPECT_EQ(read_file(path), "one\ntw\nthree\nfour\n");
  EXPECT_THROW(append_line(path / "below", "a file"), Error);
}

TEST(WriteFile, KeepsLinksAndPermissions) {
  const std::filesystem::path file = scratch("real"), link = file.parent_path() / "link";
  write_file(file, "old");
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  std::filesystem::create_symlink("real", link);
  write_file(link, "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_file(file), "new");
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
}

TEST(WriteFile, WritesToAPipeAndLeavesItThere) {
  const std::filesystem::path pipe = scratch("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string heard;
  std::thread reader([&] { heard = read_file(pipe); });
  write_file(pipe, "through");
  reader.join();
  EXPECT_EQ(heard, "through");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(WriteFile, NamesTheFileThatWasAskedFor) {
  try {
    write_file(scratch("no") / "such" / "file", "");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("/no/such/file: cannot create"));
  }
}

TEST(ReadTextFile, AFolderOrWhatNeverEndsIsBadInput) {
  const std::filesystem::path folder = scratch("texts"), file = folder / "file";
  std::filesystem::create_directory(folder);
  write_file(file, std::string(1 << 20, 'x'));
  EXPECT_EQ(read_text_file(file, "a recipe").size(), 1u << 20);
  append_line(file, "");
  const auto refused = [](const std::filesystem::path& path, const std::string& why) {
    EXPECT_THAT([&] { read_text_file(path, "a recipe"); },
                ::testing::ThrowsMessage<Error>(::testing::HasSubstr(why)));
  };
  refused(file, "too large for a recipe (at most 1048576 bytes)");
  refused("/dev/zero", "too large for a recipe");
  refused(folder, "expected a recipe, got a folder");
  refused(folder / "other", "cannot open");
}

TEST(ReadFile, WhatIsTooLargeIsBadInputBeforeItIsRead) {
  const std::filesystem::path file = scratch("holes");
  write_file(file, "");
  std::filesystem::resize_file(file, std::uintmax_t{1} << 40);
  EXPECT_THAT([&] { read_file(file); }, ::testing::ThrowsMessage<Error>(
                                            ::testing::HasSubstr("too large for a file that is read whole")));
}

TEST(KindOfPath, NothingIsNotWhatOneMayNotSee) {
  const std::filesystem::path folder = scratch("folder");
  std::filesystem::create_directory(folder);
  write_file(folder / "file", "");
  EXPECT_EQ(kind_of_path(folder), PathKind::folder);
  EXPECT_EQ(kind_of_path(folder / "file"), PathKind::file);
  EXPECT_EQ(kind_of_path("/dev/null"), PathKind::file);
  EXPECT_EQ(kind_of_path(folder / "other"), PathKind::nothing);
  EXPECT_EQ(kind_of_path(folder / "file" / "below"), PathKind::nothing);
  EXPECT_THROW(kind_of_path(folder / std::string(300, 'x')),
               Error);  // a name too long; as root all may be seen
}

}  // namespace
}  // namespace tailor
