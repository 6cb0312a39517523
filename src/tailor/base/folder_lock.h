// One process at a time in a folder: held until the object goes, or its process does, however that ends.
#pragma once

#include <filesystem>

namespace tailor {

class FolderLock {
 public:
  // Of a folder that exists. A failure that says who holds it (machine, process and since when) if somebody
  // else does. Where the file system has no locks, nothing is locked.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace tailor
