// The control groups (containers, systemd, Slurm) that this process is in, and those above them, each of which
// limits it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tailor {

// The content of /proc/self/cgroup.
std::string own_control_groups();

// Calls look(folder, name) for each group in `membership` that has to do with the controller ("cpu",
// "memory") and for all above it, up to the top, below `root` (/sys/fs/cgroup); version 1 and 2. A folder need
// not exist: what a container sees may begin further down.
void each_control_group(
    const std::string& membership, const std::filesystem::path& root, std::string_view controller,
    const std::function<void(const std::filesystem::path& folder, const std::string& name)>& look);

}  // namespace tailor
