#include "tailor/base/folder_lock.h"

#include <cerrno>
#include <ctime>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tailor/base/error.h"
#include "tailor/base/state_folder.h"

namespace tailor {
namespace {

// For people who look for the other one.
std::string own_identity() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  char time[32] = {};
  std::strftime(time, sizeof time, "%Y-%m-%d %H:%M:%S UTC", ::gmtime_r(&now, &parts));
  return fmt::format("process {} on {}, since {}", ::getpid(), host_name(), time);
}

std::string content_of(int descriptor) {
  char text[512];
  const ssize_t n = ::pread(descriptor, text, sizeof text, 0);
  return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : "another process";
}

bool same_file(int descriptor, const std::filesystem::path& path) {
  struct stat a = {}, b = {};
  return ::fstat(descriptor, &a) == 0 && ::stat(path.c_str(), &b) == 0 && a.st_ino == b.st_ino &&
         a.st_dev == b.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) : file_(folder / ".lock") {
  for (;;) {
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw system_failure(file_.string(), "create");
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      const std::string holder = content_of(descriptor_);
      ::close(descriptor_);
      throw failure("{}: somebody works here: {}. Wait until it has ended, or choose another folder",
                    folder.string(), holder);
    }
    // Its last holder may have removed it between our opening and locking it.
    if (same_file(descriptor_, file_)) break;
    ::close(descriptor_);
  }
  const std::string identity = own_identity();
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, identity.data(), identity.size(), 0) != static_cast<ssize_t>(identity.size())) {
    // Only who looks for us would miss it.
  }
}

FolderLock::~FolderLock() {
  ::unlink(file_.c_str());
  ::close(descriptor_);
}

}  // namespace tailor
