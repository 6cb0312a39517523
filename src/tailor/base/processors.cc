#include "tailor/base/processors.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <thread>

#include <sched.h>
#include <sys/utsname.h>

#include "tailor/base/control_groups.h"
#include "tailor/base/small_file.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

// Of one group: version 2 has "quota period" or "max period" in one file, version 1 has a file for each and a
// quota of -1 for none.
double quota_of(const fs::path& group) {
  double quota = 0, period = 0;
  std::istringstream both(small_file(group / "cpu.max"));
  if (both >> quota >> period) return quota > 0 && period > 0 ? quota / period : 0;
  std::istringstream(small_file(group / "cpu.cfs_quota_us")) >> quota;
  std::istringstream(small_file(group / "cpu.cfs_period_us")) >> period;
  return quota > 0 && period > 0 ? quota / period : 0;
}

int affinity() {
  // Machines may have more processors than cpu_set_t has bits; the kernel then refuses.
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) return CPU_COUNT(&mask);
  return static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace

double cgroup_processors(const std::string& membership, const fs::path& root) {
  double least = 0;
  each_control_group(membership, root, "cpu", [&](const fs::path& folder, const std::string&) {
    if (const double quota = quota_of(folder); quota > 0 && (least == 0 || quota < least)) least = quota;
  });
  return least;
}

int available_processors() {
  int count = affinity();
  if (const double quota = cgroup_processors(own_control_groups(), "/sys/fs/cgroup"); quota > 0)
    count = std::min(count, static_cast<int>(std::ceil(quota)));
  return std::max(1, count);
}

std::string processor_model() {
  static const std::string model = [] {
    std::string told = processor_model(small_file("/proc/cpuinfo"));
    utsname system{};
    if (told.empty() && ::uname(&system) == 0) told = system.machine;
    return told;
  }();
  return model;
}

std::string processor_model(const std::string& cpuinfo) {
  std::istringstream lines(cpuinfo);
  // "name : value" with blanks around both; the name's case differs from machine to machine.
  const auto value_of = [&lines](std::initializer_list<std::string_view> names) {
    lines.clear();
    lines.seekg(0);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t colon = line.find(':');
      if (colon == std::string::npos) continue;
      const std::string name = line.substr(0, line.find_last_not_of(" \t", colon == 0 ? 0 : colon - 1) + 1);
      if (std::find(names.begin(), names.end(), name) == names.end()) continue;
      std::string value;
      std::istringstream words(line.substr(colon + 1));
      for (std::string word; words >> word;) value += (value.empty() ? "" : " ") + word;
      if (!value.empty()) return value;
    }
    return std::string();
  };
  // x86 and some others; POWER; RISC-V.
  std::string model = value_of({"model name", "Model Name", "cpu model", "cpu", "uarch"});
  if (!model.empty() && model != "unknown") return model;
  const std::string implementer = value_of({"CPU implementer"}), part = value_of({"CPU part"});
  return implementer.empty() ? std::string() : "ARM " + implementer + " part " + part;
}

}  // namespace tailor
