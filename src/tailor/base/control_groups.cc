#include "tailor/base/control_groups.h"

#include <sstream>

#include "tailor/base/small_file.h"

namespace tailor {

namespace fs = std::filesystem;

std::string own_control_groups() { return small_file("/proc/self/cgroup"); }

void each_control_group(const std::string& membership, const fs::path& root, std::string_view controller,
                        const std::function<void(const fs::path& folder, const std::string& name)>& look) {
  std::istringstream lines(membership);
  for (std::string line; std::getline(lines, line);) {  // "4:cpu,cpuacct:/group" or "0::/group"
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() &&
        ("," + controllers + ",").find("," + std::string(controller) + ",") == std::string::npos)
      continue;
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path();; group = group.parent_path()) {
      look(root / controllers / group, "/" + group.string());
      if (group.empty()) break;
    }
  }
}

}  // namespace tailor
