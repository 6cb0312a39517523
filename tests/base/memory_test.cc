#include "tailor/base/memory.h"

#include <fstream>

#include <sys/resource.h>

#include "data/files.h"
#include "scratch.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

const std::string machine = "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:    1000 kB\n";

TEST(Memory, IsWhatTheMachineHasAvailable) {
  const MemoryRoom room = memory_room({machine, "", "/nowhere"});
  EXPECT_EQ(room.bytes, 1'024'000u);
  EXPECT_EQ(room.limit, "this machine");
  EXPECT_EQ(memory_room({"", "", "/nowhere"}).bytes, MemoryRoom().bytes) << "unknown is no limit";
}

TEST(Memory, OfVersion2IsLimitedByEachGroupOnTheWayUp) {
  const fs::path root = scratch("memory2");
  const auto room = [&] { return memory_room({machine, "0::/jobs/mine\n", root}); };
  write(root / "jobs/mine/memory.max", "max\n");
  write(root / "jobs/mine/memory.current", "5000\n");
  EXPECT_EQ(room().limit, "this machine");
  write(root / "jobs/memory.max", "900000\n");
  write(root / "jobs/memory.current", "500000\n");
  EXPECT_EQ(room().bytes, 400'000u);
  EXPECT_EQ(room().limit, "the control group /jobs");
  write(root / "jobs/memory.stat", "anon 1\nfile 300000\nactive_file 100000\ninactive_file 200000\n");
  EXPECT_EQ(room().bytes, 700'000u) << "files that are only cached are given up";
  write(root / "jobs/mine/memory.max", "6000\n");
  EXPECT_EQ(room().bytes, 1'000u);
  write(root / "jobs/mine/memory.current", "7000\n");
  EXPECT_EQ(room().bytes, 0u) << "beyond the limit already";
  write(root / "memory.max", "100\n");  // what a container sees as the top
  EXPECT_EQ(memory_room({machine, "0::/gone\n", root}).bytes, 100u);
  EXPECT_EQ(memory_room({machine, "0::/gone\n", root}).limit, "the control group /");
}

TEST(Memory, OfVersion1IsLimitedToo) {
  const fs::path root = scratch("memory1");
  write(root / "memory/job/memory.limit_in_bytes", "9223372036854771712\n");
  write(root / "memory/job/memory.usage_in_bytes", "70\n");
  write(root / "cpu,cpuacct/job/memory.limit_in_bytes", "1\n");
  const auto room = [&] { return memory_room({machine, "5:memory:/job\n4:cpu,cpuacct:/job\n", root}); };
  EXPECT_EQ(room().limit, "this machine");
  write(root / "memory/job/memory.limit_in_bytes", "100\n");
  EXPECT_EQ(room().bytes, 30u);
  write(root / "memory/job/memory.stat", "inactive_file 9\ntotal_inactive_file 10\ntotal_active_file 5\n");
  EXPECT_EQ(room().bytes, 45u);
}

TEST(Memory, TheProcessOwnLimitsCount) {
  EXPECT_EQ(memory_room({machine, "", "", 77}).limit, "the limit of address space (ulimit -v)");
  const MemoryRoom room = memory_room({machine, "", "", 77, 66});
  EXPECT_EQ(room.bytes, 66u);
  EXPECT_EQ(room.limit, "the limit of data (ulimit -d)");
}

TEST(Memory, OfThisProcessIsKnown) {
  const MemoryRoom room = memory_room();
  EXPECT_GT(room.bytes, 1u << 20);
  EXPECT_LT(room.bytes, std::uint64_t{1} << 50);
  EXPECT_NE(room.limit, MemoryRoom().limit);
}

TEST(Memory, TooLittleIsOneErrorThatSaysWhoWhatAndHowMuch) {
  pretend_memory_room(std::uint64_t{3} << 29);
  require_memory(std::uint64_t{3} << 29, "It", "none");
  test::expect_error(ExitCode::failed,
                     {"The study needs 2.0 GiB of memory, but ", " leaves only 1.5 GiB: lower it"},
                     [] { require_memory(std::uint64_t{2} << 30, "The study", "lower it"); });
  EXPECT_THROW(require_memory(std::uint64_t{2} << 30, "", ""), MemoryError);
  pretend_memory_room(std::nullopt);
  EXPECT_EQ(bytes_text(25 << 20), "25 MiB");
}

}  // namespace
}  // namespace tailor
