#include "tailor/storage/file_system.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "tailor/base/small_file.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t fuse = 0x65735546;

struct KnownFileSystem {
  std::uint32_t magic;
  std::string_view name;
};

// From linux/magic.h, and of file systems that the kernel does not have from their sources, as coreutils'
// stat lists them.
constexpr KnownFileSystem kinds[] = {{0x6969, "NFS"},
                                     {0x517b, "SMB"},
                                     {0xff534d42, "SMB"},
                                     {0xfe534d42, "SMB"},
                                     {0x01021997, "9P"},
                                     {0x5346414f, "AFS"},
                                     {0x6b414653, "AFS"},
                                     {0x00c36400, "Ceph"},
                                     {0x73757245, "Coda"},
                                     {0x0bd00bd0, "Lustre"},
                                     {0x47504653, "GPFS"},
                                     {0x19830326, "BeeGFS"},
                                     {0xaad7aaea, "PanFS"},
                                     {0x20030528, "OrangeFS"},
                                     {0x7461636f, "OCFS2"},
                                     {0x01161970, "GFS2"},
                                     {0x564c, "NCP"},
                                     {0xbeefdead, "StorNext"},
                                     {0xa501fcf5, "VxFS"},
                                     {0x013111a8, "IBRIX"},
                                     {0x786f4256, "a shared folder of VirtualBox"},
                                     {0xbacbacbc, "a shared folder of VMware"},
                                     {0x7c7c6673, "a shared folder of Parallels"}};

// FUSE types whose files are on this machine's disks; any other may be anywhere.
constexpr std::string_view local_fuse[] = {
    "fuseblk",        "fuse.ntfs",    "fuse.ntfs-3g",   "fuse.exfat",  "fuse.encfs",
    "fuse.gocryptfs", "fuse.cryfs",   "fuse.mergerfs",  "fuse.bindfs", "fuse.fuse-overlayfs",
    "fuse.zfs",       "fuse.unionfs", "fuse.squashfuse"};

}  // namespace

std::string network_file_system_of(std::int64_t magic, std::string_view type) {
  // The kernel's long may be of 32 bits, with a sign.
  const auto number = static_cast<std::uint32_t>(magic);
  const auto kind = std::find_if(std::begin(kinds), std::end(kinds),
                                 [&](const KnownFileSystem& k) { return k.magic == number; });
  if (kind != std::end(kinds)) return std::string(kind->name);
  if (number != fuse || type.empty()) return "";
  if (std::find(std::begin(local_fuse), std::end(local_fuse), type) != std::end(local_fuse)) return "";
  return std::string(type.substr(type.find('.') + 1));
}

// "36 35 98:0 /root /mount options optional fields - type source options"
std::string mounted_type(std::string_view mountinfo, std::string_view device) {
  std::istringstream lines{std::string(mountinfo)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string id, parent, number, field, type;
    fields >> id >> parent >> number;
    while (fields >> field && field != "-") continue;
    if (number == device && fields >> type) return type;
  }
  return "";
}

std::string network_file_system(const fs::path& file) {
  std::error_code ignored;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const std::string place = (fs::exists(file, ignored) ? file : folder).string();
  struct statfs system = {};
  struct stat status = {};
  if (::statfs(place.c_str(), &system) != 0 || ::stat(place.c_str(), &status) != 0) return "";
  std::string type;
  if (static_cast<std::uint32_t>(system.f_type) == fuse) {
    type = mounted_type(small_file("/proc/self/mountinfo"),
                        fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev)));
  }
  return network_file_system_of(system.f_type, type);
}

}  // namespace tailor
