// Fetches one file with libcurl, which knows proxies, redirects and certificates, and distrusts what comes: a file gets its
// name only when its checksum is the published one. Until then it is NAME.part, which another try goes on with.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tailor/data/download/checksum.h"

namespace tailor {

struct Download {
  std::vector<std::string> urls;  // of the same file, tried in turn; http, https or file
  std::filesystem::path to;       // in a folder that exists
  std::uint64_t bytes = 0;        // as published; 0: unknown
  Checksum checksum;
};

struct DownloadPatience {
  int tries = 5;                            // at each address, in a row without a new byte
  std::chrono::milliseconds pause{1000};    // before the second one; doubled each time, to a minute at most
  std::chrono::milliseconds stall{30'000};  // without a byte: the connection counts as lost
};

struct DownloadWatch {
  std::function<void(std::uint64_t bytes)> progress{};      // of this file so far
  std::function<void(const std::string& message)> retry{};  // what went wrong, and when the next try is
  std::function<bool()> stop{};                             // asked several times a second
};

// Whether anything was fetched: nothing is where the file is there already. Bad input if a file of that name has
// another content, or if what the servers have is not what was published; a failure if no server can be reached or gives it;
// an interruption if asked to stop, with what came kept.
bool download(const Download& file, const DownloadPatience& patience, const DownloadWatch& watch);

// How large the file is, as the server says; nothing if it does not.
std::optional<std::uint64_t> size_at(const std::string& url, const DownloadPatience& patience);

}  // namespace tailor
