// How many processors this process may use, which is often fewer than the machine has.
#pragma once

#include <filesystem>
#include <string>

namespace tailor {

// By the affinity mask (taskset, Slurm) and the quotas of the process' control groups (containers, systemd),
// whichever is less; a quota of 1.5 processors counts as 2. At least 1.
int available_processors();

// The least quota that applies to the control groups in `membership` (the content of /proc/self/cgroup),
// looked up below `root` (/sys/fs/cgroup), version 1 and 2, with all groups above them; 0 if there is none.
double cgroup_processors(const std::string& membership, const std::filesystem::path& root);

}  // namespace tailor
