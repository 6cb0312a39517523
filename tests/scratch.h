// A folder for the files of one test process, removed when it ends. Every test suite that writes files uses
// it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

namespace tailor {

// The path of a file of this name in the folder.
inline std::filesystem::path scratch(const std::string& name) {
  struct Folder {
    std::string path = ::testing::TempDir() + "/tailor_test_XXXXXX";
    Folder() {
      if (!::mkdtemp(path.data())) throw std::system_error(errno, std::generic_category(), path);
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  return std::filesystem::path(folder.path) / name;
}

}  // namespace tailor
