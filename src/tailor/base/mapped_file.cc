#include "tailor/base/mapped_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tailor/base/descriptor.h"
#include "tailor/base/error.h"

namespace tailor {
MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);  // a pipe is refused below, not waited for
  if (!file.ok()) throw bad_input("{}: cannot read it: {}", path.string(), std::strerror(errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
    throw bad_input("{}: expected a file, got a folder or a device", path.string());
  size_ = static_cast<std::size_t>(facts.st_size);
  if (size_ == 0) return;
  void* const at = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.get(), 0);
  if (at == MAP_FAILED) throw failure("{}: cannot map it: {}", path.string(), std::strerror(errno));
  data_ = static_cast<const std::uint8_t*>(at);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

}  // namespace tailor
