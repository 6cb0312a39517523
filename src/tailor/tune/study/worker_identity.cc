#include "tailor/tune/study/worker_identity.h"

#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "tailor/base/hash.h"
#include "tailor/base/state_folder.h"

namespace tailor {
namespace {

// Identities of this process that are alive.
struct Registry {
  std::mutex mutex;
  std::set<std::string> ids;
};

Registry& registry() {
  static Registry registry;
  return registry;
}

// Empty if there is no such file, or if it cannot be read any more: a process may end between opening its
// file and reading it. (An iterator over the stream's buffer would throw then.)
std::string read_until(char end, const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, end);
  return text;
}

// Containers on one machine share its boot, but neither names nor process numbers.
std::string this_place() {
  char space[64] = {};
  if (::readlink("/proc/self/ns/pid", space, sizeof space - 1) < 0) space[0] = '\0';
  return sha256(host_name() + '\n' + read_until('\n', "/proc/sys/kernel/random/boot_id") + '\n' + space)
      .substr(0, 16);
}

// Field 22 of /proc/PID/stat; the name in parentheses before may hold anything. -1 if there is no such
// process, or if it is only waiting to be collected by its parent.
std::int64_t start_of(std::int64_t pid) {
  const std::string text = read_until('\0', fmt::format("/proc/{}/stat", pid));
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return -1;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22 && fields >> field; ++number) {
    if (number == 3 && (field == "Z" || field == "X")) return -1;
  }
  return fields ? std::stoll(field) : -1;
}

}  // namespace

LivingWorker::LivingWorker() {
  std::random_device random;
  identity_.id = fmt::format("{:08x}{:08x}", random(), random());
  identity_.place = this_place();
  identity_.host = host_name();
  identity_.pid = ::getpid();
  identity_.start = start_of(identity_.pid);
  const std::lock_guard lock(registry().mutex);
  registry().ids.insert(identity_.id);
}

LivingWorker::~LivingWorker() {
  const std::lock_guard lock(registry().mutex);
  registry().ids.erase(identity_.id);
}

Life look_at(const WorkerIdentity& worker) {
  static const std::string here = this_place();
  if (worker.place != here) return Life::elsewhere;
  if (worker.pid == ::getpid() && worker.start == start_of(worker.pid)) {
    const std::lock_guard lock(registry().mutex);
    return registry().ids.count(worker.id) > 0 ? Life::alive : Life::dead;
  }
  return start_of(worker.pid) == worker.start ? Life::alive : Life::dead;
}

}  // namespace tailor
