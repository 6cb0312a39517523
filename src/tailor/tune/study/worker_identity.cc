#include "tailor/tune/study/worker_identity.h"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "tailor/base/hash.h"
#include "tailor/base/mutex.h"
#include "tailor/base/state_folder.h"

namespace tailor {
namespace {

// Identities of this process that are alive.
struct Registry {
  Mutex mutex;
  std::set<std::string> ids TAILOR_GUARDED_BY(mutex);
};

Registry& registry() {
  static Registry registry;
  return registry;
}

// Empty if there is no such file, or if it cannot be read any more: a process may end between opening its
// file and reading it. (An iterator over the stream's buffer would throw then.)
std::string read_until(char end, const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, end);
  return text;
}

std::string random_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

// Containers on one machine share its boot, but neither names nor process numbers. Where either cannot be
// told, the place is this process alone: nobody else is here.
std::string this_place() {
  char space[64] = {};
  const bool known = ::readlink("/proc/self/ns/pid", space, sizeof space - 1) > 0;
  const std::string boot = read_until('\n', "/proc/sys/kernel/random/boot_id");
  if (!known || boot.empty()) return random_id();
  return sha256(host_name() + '\n' + boot + '\n' + space).substr(0, 16);
}

const std::string& here() {
  static const std::string place = this_place();
  return place;
}

constexpr std::int64_t no_start = -1, ended = -2;

// Field 22 of /proc/PID/stat; the name in parentheses before may hold anything. `no_start` if there is no
// such file, `ended` if the process is only waiting to be collected by its parent.
std::int64_t start_of(std::int64_t pid, const std::filesystem::path& processes) {
  const std::string text = read_until('\0', processes / std::to_string(pid) / "stat");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return no_start;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22 && fields >> field; ++number) {
    if (number == 3 && (field == "Z" || field == "X")) return ended;
  }
  return fields ? std::stoll(field) : no_start;
}

}  // namespace

LivingWorker::LivingWorker() {
  identity_.id = random_id();
  identity_.place = here();
  identity_.host = host_name();
  identity_.pid = ::getpid();
  identity_.start = start_of(identity_.pid, "/proc");
  Registry& living = registry();
  const MutexLock lock(living.mutex);
  living.ids.insert(identity_.id);
}

LivingWorker::~LivingWorker() {
  Registry& living = registry();
  const MutexLock lock(living.mutex);
  living.ids.erase(identity_.id);
}

Life look_at(const WorkerIdentity& worker, const std::filesystem::path& processes) {
  if (worker.place != here()) return Life::unseen;
  const std::int64_t start = start_of(worker.pid, processes);
  if (worker.pid == ::getpid() && (worker.start == start || start == no_start)) {
    Registry& living = registry();
    const MutexLock lock(living.mutex);
    return living.ids.count(worker.id) > 0 ? Life::alive : Life::dead;
  }
  if (start != no_start) return start == worker.start ? Life::alive : Life::dead;
  // The kernel tells whoever asks whether there is a process of this number, though not since when.
  return ::kill(static_cast<pid_t>(worker.pid), 0) != 0 && errno == ESRCH ? Life::dead : Life::unseen;
}

}  // namespace tailor
