// Whether a file lies on another machine's disk, where neither SQLite's locks nor its shared memory can be
// relied on. Used when an SQLite database is opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tailor {

// "NFS", "SMB", …: the network file system that holds this file, or the folder where it shall be; empty if it
// is local, or cannot be told.
std::string network_file_system(const std::filesystem::path& file);

// The same of a kind of file system: its number in statfs(2), and, of FUSE (which serves both), its type in
// /proc/self/mountinfo ("fuse.sshfs").
std::string network_file_system_of(std::int64_t magic, std::string_view type);

// The type of the file system of device `major:minor` in the text of /proc/self/mountinfo; empty: unknown.
std::string mounted_type(std::string_view mountinfo, std::string_view device);

}  // namespace tailor
