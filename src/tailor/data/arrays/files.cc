#include "tailor/data/arrays/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <system_error>

#include <sys/stat.h>

#include "tailor/base/error.h"
#include "tailor/data/arrays/archive.h"

namespace tailor {
namespace {

class FileStream : public ByteStream {
 public:
  explicit FileStream(const std::filesystem::path& path)
      : name_(path.string()), file_(std::fopen(path.c_str(), "rb")) {
    struct stat status = {};
    if (!file_ || ::fstat(::fileno(file_.get()), &status) != 0)
      throw bad_input("{}: cannot open: {}", name_, std::strerror(errno));
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return size_; }
  std::size_t read(void* to, std::size_t bytes) override {
    const std::size_t n = std::fread(to, 1, bytes, file_.get());
    if (n < bytes && std::ferror(file_.get()))
      throw bad_input("{}: cannot read: {}", name_, std::strerror(errno));
    return n;
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  const std::string name_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::uint64_t size_ = 0;
};

class FolderFiles : public Files {
 public:
  explicit FolderFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::string location() const override { return folder_.string(); }
  std::string full_name(const std::string& name) const override { return path(name).string(); }
  std::filesystem::path path(const std::string& name) const override { return folder_ / name; }
  bool has(const std::string& name) const override {
    std::error_code code;
    return std::filesystem::is_regular_file(folder_ / name, code);
  }
  std::uint64_t size(const std::string& name) const override {
    std::error_code code;
    const std::uintmax_t size = std::filesystem::file_size(folder_ / name, code);
    if (code) throw bad_input("{}: cannot read: {}", full_name(name), code.message());
    return size;
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    std::error_code code;
    std::filesystem::directory_iterator entries(folder_, code);
    for (; !code && entries != std::filesystem::directory_iterator(); entries.increment(code))
      if (std::string name = entries->path().filename().string(); !name.starts_with('.'))
        names.push_back(std::move(name));
    std::sort(names.begin(), names.end());
    return names;
  }
  void read(std::span<const std::string> names, const Visit& visit) const override {
    for (const std::string& name : names) {
      FileStream stream(folder_ / name);
      visit(name, stream);
    }
  }

 private:
  const std::filesystem::path folder_;
};

class EntryStream : public ByteStream {
 public:
  EntryStream(Archive& archive, std::string name, std::uint64_t size)
      : archive_(archive), name_(std::move(name)), size_(size) {}

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return size_; }
  std::size_t read(void* to, std::size_t bytes) override { return archive_.read(to, bytes); }

 private:
  Archive& archive_;
  const std::string name_;
  const std::uint64_t size_;
};

class ArchiveFiles : public Files {
 public:
  explicit ArchiveFiles(std::filesystem::path path) : path_(std::move(path)) {
    Archive archive(path_);
    while (const std::optional<ArchiveEntry> entry = archive.next())
      if (!entry->name.starts_with('.')) found_[entry->name].push_back(entry->size);
  }

  std::string location() const override { return path_.string(); }
  std::string full_name(const std::string& name) const override { return path_.string() + ": " + name; }
  std::filesystem::path path(const std::string&) const override { return path_; }
  bool has(const std::string& name) const override { return found_.contains(name); }
  std::uint64_t size(const std::string& name) const override { return found_.at(name).front(); }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& [name, _] : found_) names.push_back(name);
    return names;
  }
  void read(std::span<const std::string> names, const Visit& visit) const override {
    for (const std::string& name : names) {
      const auto found = found_.find(name);
      if (found == found_.end()) throw bad_input("{}: expected a file {}, got none", location(), name);
      if (found->second.size() > 1)
        throw bad_input("{}: expected one file {}, got {} of this name: pack each data set by itself",
                        location(), name, found->second.size());
    }
    Archive archive(path_);
    for (std::size_t left = names.size(); left > 0; --left) {
      std::optional<ArchiveEntry> entry;
      do {
        entry = archive.next();
        if (!entry) throw bad_input("{}: the file has changed while it was read", location());
      } while (std::find(names.begin(), names.end(), entry->name) == names.end());
      EntryStream stream(archive, full_name(entry->name), entry->size);
      visit(entry->name, stream);
    }
  }

 private:
  const std::filesystem::path path_;
  std::map<std::string, std::vector<std::uint64_t>> found_;  // the size of each file of this name
};

}  // namespace

std::unique_ptr<Files> open_folder(const std::filesystem::path& folder) {
  return std::make_unique<FolderFiles>(folder);
}

std::unique_ptr<Files> open_archive(const std::filesystem::path& archive) {
  return std::make_unique<ArchiveFiles>(archive);
}

}  // namespace tailor
