#include "tailor/base/memory.h"

#include <atomic>
#include <sstream>

#include <sys/resource.h>
#include <unistd.h>

#include "tailor/base/control_groups.h"
#include "tailor/base/small_file.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
std::atomic<std::uint64_t> pretended{no_limit};

std::optional<std::uint64_t> number(const fs::path& file) {
  std::uint64_t value = 0;
  if (std::istringstream(small_file(file)) >> value) return value;
  return std::nullopt;  // no such file, or "max"
}

// The value behind a name in lines of "name value" or "name: value kB".
std::uint64_t named(const std::string& text, std::string_view name) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    std::uint64_t value = 0;
    if (word == name && words >> value) return value;
  }
  return 0;
}

std::uint64_t less(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

void narrow(MemoryRoom& room, std::uint64_t bytes, const std::string& limit) {
  if (bytes < room.bytes) room = {bytes, limit};
}

// The kernel gives up what a group caches of files before it kills.
void narrow_by_group(MemoryRoom& room, const fs::path& folder, const std::string& name) {
  const std::string who = "the control group " + name;
  const std::string stat = small_file(folder / "memory.stat");
  if (const auto most = number(folder / "memory.max")) {  // version 2
    const std::uint64_t used = number(folder / "memory.current").value_or(0);
    narrow(room, less(*most, less(used, named(stat, "inactive_file") + named(stat, "active_file"))), who);
  }
  if (const auto most = number(folder / "memory.limit_in_bytes")) {  // version 1; none is a huge number
    const std::uint64_t used = number(folder / "memory.usage_in_bytes").value_or(0);
    const std::uint64_t files = named(stat, "total_inactive_file") + named(stat, "total_active_file");
    narrow(room, less(*most, less(used, files)), who);
  }
}

std::optional<std::uint64_t> left_of(int resource, std::uint64_t used) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::nullopt;
  return less(limit.rlim_cur, used);
}

}  // namespace

MemoryRoom memory_room(const MemorySources& sources) {
  MemoryRoom room;
  if (sources.meminfo.find("MemAvailable:") != std::string::npos)
    narrow(room, 1024 * named(sources.meminfo, "MemAvailable:"), "this machine");
  each_control_group(
      sources.membership, sources.cgroups, "memory",
      [&](const fs::path& folder, const std::string& name) { narrow_by_group(room, folder, name); });
  if (sources.address_space) narrow(room, *sources.address_space, "the limit of address space (ulimit -v)");
  if (sources.data) narrow(room, *sources.data, "the limit of data (ulimit -d)");
  return room;
}

MemoryRoom memory_room() {
  if (const std::uint64_t bytes = pretended; bytes != no_limit) return {bytes, "the test"};
  std::uint64_t size = 0, resident = 0, shared = 0, text = 0, library = 0, data = 0;  // in pages
  std::istringstream(small_file("/proc/self/statm")) >> size >> resident >> shared >> text >> library >> data;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return memory_room({small_file("/proc/meminfo"), own_control_groups(), "/sys/fs/cgroup",
                      left_of(RLIMIT_AS, size * page), left_of(RLIMIT_DATA, data * page)});
}

std::string bytes_text(std::uint64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (1 << 20);
  if (mebibytes >= 1024) return fmt::format("{:.1f} GiB", mebibytes / 1024);
  return fmt::format("{:.0f} MiB", mebibytes);
}

void require_memory(std::uint64_t bytes, const std::string& what, const std::string& advice) {
  const MemoryRoom room = memory_room();
  if (bytes <= room.bytes) return;
  throw MemoryError(ExitCode::failed,
                    fmt::format("{} needs {} of memory, but {} leaves only {}: {}", what, bytes_text(bytes),
                                room.limit, bytes_text(room.bytes), advice));
}

void pretend_memory_room(std::optional<std::uint64_t> bytes) { pretended = bytes.value_or(no_limit); }

}  // namespace tailor
