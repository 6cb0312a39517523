// Who works on a job, so that others can tell whether it still lives: on the same machine by looking at the
// process, never by a clock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace tailor {

struct WorkerIdentity {
  std::string id;     // random: this worker alone
  std::string place;  // the machine since its start, and the process namespace: where `pid` means something
  std::string host;   // for people
  std::int64_t pid = 0;
  std::int64_t start = 0;  // of the process, in clock ticks since the machine's start

  bool operator==(const WorkerIdentity&) const = default;
};

// An identity of this process that counts as alive as long as this object does.
class LivingWorker {
 public:
  LivingWorker();
  ~LivingWorker();
  LivingWorker(const LivingWorker&) = delete;
  LivingWorker& operator=(const LivingWorker&) = delete;

  const WorkerIdentity& identity() const { return identity_; }

 private:
  WorkerIdentity identity_;
};

enum class Life { alive, dead, unseen };

// `unseen`: on another machine (or before this one's restart), or hidden from this user (/proc may be mounted
// so that it shows one's own processes only): only heartbeats tell. `processes` is /proc but in tests.
Life look_at(const WorkerIdentity& worker, const std::filesystem::path& processes = "/proc");

}  // namespace tailor
