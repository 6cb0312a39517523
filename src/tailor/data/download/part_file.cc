#include "tailor/data/download/part_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/small_file.h"

namespace tailor {

PartFile::PartFile(const std::filesystem::path& name)
    : name_(name), path_(name.string() + ".part"), version_path_(name.string() + ".part.version") {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  struct stat status = {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) throw system_failure(path_.string(), "create");
  size_ = static_cast<std::uint64_t>(status.st_size);
  if (size_ > 0) version_ = small_file(version_path_);
}

PartFile::~PartFile() { ::close(descriptor_); }

void PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_failure(path_.string(), "write");
    bytes.remove_prefix(static_cast<std::size_t>(n));
    size_ += static_cast<std::uint64_t>(n);
  }
}

void PartFile::restart(const std::string& version) {
  if (::ftruncate(descriptor_, 0) != 0) throw system_failure(path_.string(), "empty");
  size_ = 0;
  version_ = version;
  std::error_code ignored;
  if (version.empty())
    std::filesystem::remove(version_path_, ignored);
  else
    write_file(version_path_, version);
}

void PartFile::finish() {
  if (::fsync(descriptor_) != 0) throw system_failure(path_.string(), "write");
  if (::rename(path_.c_str(), name_.c_str()) != 0) throw system_failure(name_.string(), "create");
  std::error_code ignored;
  std::filesystem::remove(version_path_, ignored);
  sync_folder(name_.parent_path());
}

void PartFile::remove() {
  restart("");
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace tailor
