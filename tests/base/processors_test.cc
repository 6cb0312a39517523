#include "tailor/base/processors.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sched.h>

#include "scratch.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(Processors, FollowTheAffinityMask) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(available_processors(), 1);
  EXPECT_LE(available_processors(), CPU_COUNT(&before));
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(available_processors(), 1);
  sched_setaffinity(0, sizeof before, &before);
}

TEST(Processors, QuotasOfVersion2CountWithThoseOfAllGroupsAbove) {
  const fs::path root = scratch("cgroup2");
  write(root / "jobs/mine/cpu.max", "max 100000\n");
  EXPECT_EQ(cgroup_processors("0::/jobs/mine\n", root), 0);
  write(root / "jobs/cpu.max", "150000 100000\n");
  EXPECT_EQ(cgroup_processors("0::/jobs/mine\n", root), 1.5);
  write(root / "jobs/mine/cpu.max", "50000 100000\n");
  EXPECT_EQ(cgroup_processors("0::/jobs/mine\n", root), 0.5);
  EXPECT_EQ(cgroup_processors("0::/\n", root), 0);
  write(root / "cpu.max", "300000 100000\n");  // what a container sees as the top
  EXPECT_EQ(cgroup_processors("0::/\n", root), 3);
  EXPECT_EQ(cgroup_processors("0::/gone\n", root), 3);
}

TEST(Processors, QuotasOfVersion1CountToo) {
  const fs::path root = scratch("cgroup1");
  write(root / "cpu,cpuacct/job/cpu.cfs_quota_us", "200000\n");
  write(root / "cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  write(root / "memory/job/cpu.max", "1 100000\n");
  EXPECT_EQ(cgroup_processors("5:memory:/job\n4:cpu,cpuacct:/job\n", root), 2);
  write(root / "cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(cgroup_processors("4:cpu,cpuacct:/job\n", root), 0);
}

TEST(Processors, NonsenseIsNoQuota) {
  const fs::path root = scratch("nonsense");
  write(root / "cpu.max", "soon\n");
  EXPECT_EQ(cgroup_processors("0::/\n", root), 0);
  EXPECT_EQ(cgroup_processors("", root), 0);
  EXPECT_EQ(cgroup_processors("no colons\n:::\n", root), 0);
}

TEST(Processors, HaveNamesOnEveryKindOfMachine) {
  EXPECT_EQ(processor_model(
                "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\n"
                "model name\t: Intel(R) Xeon(R)  CPU @ 2.00GHz \n\nprocessor\t: 1\nmodel name\t: other\n"),
            "Intel(R) Xeon(R) CPU @ 2.00GHz");
  EXPECT_EQ(
      processor_model("processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0c\n"),
      "ARM 0x41 part 0xd0c");
  EXPECT_EQ(processor_model("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n"),
            "POWER9, altivec supported");
  EXPECT_EQ(processor_model("processor\t: 0\nhart\t: 2\nuarch\t: sifive,bullet0\n"), "sifive,bullet0");
  EXPECT_EQ(processor_model("model name\t:\n: nothing\nmodel name\n"), "");
  EXPECT_EQ(processor_model(""), "");
  EXPECT_NE(processor_model(), "");
}

}  // namespace
}  // namespace tailor
