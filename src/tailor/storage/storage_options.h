// What can be set about a storage beyond its URL.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "tailor/storage/file_system.h"

namespace tailor {

struct StorageOptions {
  // How long an operation waits for a busy database, or for a server that went away, before it fails. Opening
  // does not wait for a server that cannot be reached.
  std::chrono::milliseconds patience = std::chrono::minutes(5);
  // Tells the network file system of an SQLite database.
  std::function<std::string(const std::filesystem::path&)> file_system = network_file_system;
};

}  // namespace tailor
