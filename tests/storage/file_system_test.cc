// Which file systems are other machines', and what SQLite does there.
#include "tailor/storage/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"
#include "storage/databases.h"

namespace tailor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FileSystem, ThoseOfOtherMachinesAreKnownByTheirNumbers) {
  EXPECT_EQ(network_file_system_of(0x6969, ""), "NFS");
  EXPECT_EQ(network_file_system_of(0xff534d42, ""), "SMB");
  EXPECT_EQ(network_file_system_of(static_cast<std::int32_t>(0xff534d42), ""), "SMB") << "a long of 32 bits";
  EXPECT_EQ(network_file_system_of(0xfe534d42, ""), "SMB");
  EXPECT_EQ(network_file_system_of(0x01021997, ""), "9P");
  EXPECT_EQ(network_file_system_of(0x0bd00bd0, ""), "Lustre");
  EXPECT_EQ(network_file_system_of(0x47504653, ""), "GPFS");
  EXPECT_EQ(network_file_system_of(0x19830326, ""), "BeeGFS");
  EXPECT_EQ(network_file_system_of(0x00c36400, ""), "Ceph");
  for (const std::int64_t local : {0xef53, 0x58465342, 0x01021994, 0x794c7630, 0x2fc12fc1})
    EXPECT_EQ(network_file_system_of(local, ""), "") << std::hex << local;
  EXPECT_EQ(network_file_system_of(static_cast<std::int64_t>(0x9123683e), ""), "") << "btrfs";
}

TEST(FileSystem, FuseIsAskedForItsType) {
  constexpr std::int64_t fuse = 0x65735546;
  EXPECT_EQ(network_file_system_of(fuse, "fuse.sshfs"), "sshfs");
  EXPECT_EQ(network_file_system_of(fuse, "fuse.glusterfs"), "glusterfs");
  EXPECT_EQ(network_file_system_of(fuse, "virtiofs"), "virtiofs");
  EXPECT_EQ(network_file_system_of(fuse, "fuseblk"), "");
  EXPECT_EQ(network_file_system_of(fuse, "fuse.ntfs-3g"), "");
  EXPECT_EQ(network_file_system_of(fuse, ""), "");
  const char* mounts =
      "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
      "40 22 0:35 / /home/ann/my\\040data rw,nosuid shared:9 master:2 - fuse.sshfs ann@host: rw\n"
      "41 22 0:3 / /proc rw - proc proc rw\n";
  EXPECT_EQ(mounted_type(mounts, "0:35"), "fuse.sshfs");
  EXPECT_EQ(mounted_type(mounts, "254:1"), "ext4");
  EXPECT_EQ(mounted_type(mounts, "0:3"), "proc");
  EXPECT_EQ(mounted_type(mounts, "0:99"), "");
}

TEST(FileSystem, OfAFileThatIsNotThereYetIsItsFolders) {
  EXPECT_EQ(network_file_system(scratch("new.db")), network_file_system(scratch("")));
  EXPECT_EQ(network_file_system("/nowhere/new.db"), "");
}

// As if this folder were another machine's.
const StorageOptions far{.file_system = [](const std::filesystem::path&) { return "NFS"; }};

std::string journal_mode(const std::string& url) { return query(url, "PRAGMA journal_mode").at(0); }

TEST(FileSystem, SqliteHasNoWriteAheadLogOnANetworkFileSystem) {
  const std::string url = new_database(Backend::sqlite);
  open_storage(url, far)->create_study("here", {Direction::minimize});
  EXPECT_EQ(journal_mode(url), "delete");
  open_storage(url);
  EXPECT_EQ(journal_mode(url), "wal");
  {
    const auto other = open_storage(url);
    EXPECT_TRUE(open_storage(url, far)->find_study("here")) << "somebody has it open; it works as it is";
  }
  EXPECT_TRUE(open_storage(url, far)->find_study("here"));
  EXPECT_EQ(journal_mode(url), "delete");
}

TEST(FileSystem, ManyProcessesShareADatabaseWithoutWriteAheadLog) {
  const std::string url = new_database(Backend::sqlite);
  const StudyId study = open_storage(url, far)->create_study("here", {Direction::minimize});
  run_processes(4, [&](int) {
    const auto mine = open_storage(url, far);
    for (int i = 0; i < 10; ++i) {
      const TrialId trial = mine->create_trial(study).id;
      mine->get_trials(study);
      mine->finish_trial(trial, TrialState::complete, {0.5});
    }
  });
  EXPECT_EQ(open_storage(url, far)->count_trials(study).complete, 40);
  EXPECT_EQ(journal_mode(url), "delete");
}

TEST(FileSystem, WhoWorksThereIsWarned) {
  EXPECT_THAT(storage_warning("sqlite:///study.db", far),
              HasSubstr("study.db is on a network file system (NFS)"));
  EXPECT_THAT(storage_warning("sqlite:///study.db", far), HasSubstr("PostgreSQL"));
  EXPECT_EQ(storage_warning("sqlite:///" + scratch("study.db").string()), "");
  EXPECT_EQ(storage_warning("postgresql://ann@host/study", far), "");
}

}  // namespace
}  // namespace tailor
