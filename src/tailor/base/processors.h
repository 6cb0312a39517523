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

// What the processor calls itself: "AMD EPYC 9654 96-Core Processor". Where it has no name (most of ARM) by
// its numbers, "ARM 0x41 part 0xd0c"; where the system tells nothing, the kind of machine, "aarch64".
std::string processor_model();

// The same from the content of /proc/cpuinfo, for the first processor; empty if it is not told.
std::string processor_model(const std::string& cpuinfo);

}  // namespace tailor
