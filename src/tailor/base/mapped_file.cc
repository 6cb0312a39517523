#include "tailor/base/mapped_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

// Closes the descriptor; the mapping outlives it.
struct MappedDescriptor {
  const int number;
  ~MappedDescriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const MappedDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) throw bad_input("{}: cannot read it: {}", path.string(), std::strerror(errno));
  struct stat facts {};
  if (::fstat(file.number, &facts) != 0 || !S_ISREG(facts.st_mode))
    throw bad_input("{}: expected a file, got a folder or a device", path.string());
  size_ = static_cast<std::size_t>(facts.st_size);
  if (size_ == 0) return;
  void* const at = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.number, 0);
  if (at == MAP_FAILED) throw failure("{}: cannot map it: {}", path.string(), std::strerror(errno));
  data_ = static_cast<const std::uint8_t*>(at);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

}  // namespace tailor
