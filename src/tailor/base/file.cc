#include "tailor/base/file.h"

#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tailor/base/descriptor.h"
#include "tailor/base/error.h"

namespace tailor {
namespace {

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// At most so many bytes; more are bad input, if possible before they are read.
std::string read_at_most(const std::filesystem::path& path, std::size_t most, std::string_view what) {
  Descriptor file(path, O_RDONLY);
  struct stat status = {};
  if (!file.ok() || ::fstat(file.get(), &status) != 0)
    throw bad_input("{}: cannot open: {}", path.string(), std::strerror(errno));
  const auto check = [&](std::size_t bytes) {
    if (bytes > most) throw bad_input("{}: too large for {} (at most {} bytes)", path.string(), what, most);
  };
  check(static_cast<std::size_t>(status.st_size));
  std::string content;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw bad_input("{}: cannot read: {}", path.string(), std::strerror(errno));
    if (n == 0) return content;
    check(content.size() + static_cast<std::size_t>(n));  // of a pipe or device
    content.append(buffer, static_cast<std::size_t>(n));
  }
}

}  // namespace

std::filesystem::path temporary_name(const std::filesystem::path& path) {
  std::random_device random;
  return path.string() + fmt::format(".{:08x}{:08x}.part", random(), random());
}

std::string read_file(const std::filesystem::path& path) {
  return read_at_most(path, std::size_t{4} << 30, "a file that is read whole");
}

std::string read_text_file(const std::filesystem::path& path, std::string_view what) {
  constexpr std::size_t most = 1 << 20;
  if (kind_of_path(path) == PathKind::folder)
    throw bad_input("{}: expected {}, got a folder", path.string(), what);
  return read_at_most(path, most, what);
}

void write_file(const std::filesystem::path& link, std::string_view content) {
  std::error_code none;
  std::filesystem::path path = std::filesystem::canonical(link, none);
  if (none) path = link;
  struct stat old = {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode) && !S_ISDIR(old.st_mode)) {
    Descriptor device(path, O_WRONLY);
    if (!device.ok() || !write_all(device.get(), content)) throw system_failure(link.string(), "write");
    return;
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  // Without a name until all is written, so that a process that is killed leaves nothing behind; some file
  // systems have no such files.
  std::filesystem::path temporary = temporary_name(path);
  Descriptor file(folder, O_WRONLY | O_TMPFILE);
  const bool nameless = file.ok();
  if (!nameless) file = Descriptor(temporary, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.ok()) throw system_failure(link.string(), "create");
  if (exists) ::fchmod(file.get(), old.st_mode & 07777);
  bool written = write_all(file.get(), content) && ::fsync(file.get()) == 0;
  if (written && nameless) {
    const std::string open_file = "/proc/self/fd/" + std::to_string(file.get());
    written = ::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, temporary.c_str(), AT_SYMLINK_FOLLOW) == 0;
  }
  if (!written || !file.close() || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = system_failure(link.string(), "write");
    ::unlink(temporary.c_str());
    throw error;
  }
  sync_folder(folder);
}

void append_line(const std::filesystem::path& path, std::string_view line) {
  Descriptor file(path, O_RDWR | O_CREAT | O_APPEND);
  const auto text = [&] {
    char last = '\n';
    const off_t end = ::lseek(file.get(), 0, SEEK_END);
    if (end > 0 && ::pread(file.get(), &last, 1, end - 1) != 1) last = '\n';
    return (last == '\n' ? "" : "\n") + std::string(line) + "\n";
  };
  if (!file.ok() || !write_all(file.get(), text()) || ::fsync(file.get()) != 0 || !file.close())
    throw system_failure(path.string(), "append to");
}

void check_append(const std::filesystem::path& path) {
  if (!Descriptor(path, O_RDWR | O_CREAT | O_APPEND).ok()) throw system_failure(path.string(), "append to");
}

PathKind kind_of_path(const std::filesystem::path& path) {
  std::error_code code;
  const std::filesystem::file_status status = std::filesystem::status(path, code);
  if (status.type() == std::filesystem::file_type::not_found) return PathKind::nothing;
  if (!std::filesystem::status_known(status))
    throw bad_input("{}: cannot read: {}", path.string(), code.message());
  return std::filesystem::is_directory(status) ? PathKind::folder : PathKind::file;
}

void make_folder(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) throw failure("{}: cannot create the folder: {}", path.string(), code.message());
}

void sync_folder(const std::filesystem::path& path) {
  Descriptor folder(path.empty() ? std::filesystem::path(".") : path, O_RDONLY | O_DIRECTORY);
  if (folder.ok())
    ::fsync(folder.get());  // Some file systems refuse to sync a folder; the rename stands anyway.
}

}  // namespace tailor
