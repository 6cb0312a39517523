// What can be set about a storage beyond its URL.
#pragma once

#include <chrono>

namespace tailor {

struct StorageOptions {
  // How long an operation waits for a busy database, or for a server that went away, before it fails. Opening
  // does not wait for a server that cannot be reached.
  std::chrono::milliseconds patience = std::chrono::minutes(5);
};

}  // namespace tailor
