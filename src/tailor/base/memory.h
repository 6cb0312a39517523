// How much memory this process can still take, asked before much is taken: a process that takes more than its
// machine or container has is killed without a word.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

#include "tailor/base/error.h"

namespace tailor {

// There is less memory than is needed: this machine's fault, not the work's.
class MemoryError : public Error {
 public:
  using Error::Error;
};

struct MemoryRoom {
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
  std::string limit =
      "nothing known";  // who leaves no more: "this machine", "the control group /job", "ulimit -v"
};

// Where the numbers come from.
struct MemorySources {
  std::string meminfo;            // the content of /proc/meminfo: its MemAvailable
  std::string membership;         // of /proc/self/cgroup
  std::filesystem::path cgroups;  // /sys/fs/cgroup
  // What the limits of this process itself leave (ulimit -v, ulimit -d).
  std::optional<std::uint64_t> address_space{}, data{};
};

// The least of what the machine has available, what each memory control group leaves below its limit (files
// that it caches count as free) and what the process' own limits leave. Swap does not count: a training that
// swaps does not end.
MemoryRoom memory_room(const MemorySources& sources);
MemoryRoom memory_room();

// "1.5 GiB", "20 MiB"
std::string bytes_text(std::uint64_t bytes);

// A MemoryError "WHAT needs … of memory, but … leaves only …: ADVICE" unless there is room.
void require_memory(std::uint64_t bytes, const std::string& what, const std::string& advice);

// For tests: as if there were so much, until called with nothing.
void pretend_memory_room(std::optional<std::uint64_t> bytes);

}  // namespace tailor
