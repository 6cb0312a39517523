// What the system tells in small files, below /proc and /sys.
#pragma once

#include <filesystem>
#include <string>

namespace tailor {

// The content; empty if there is no such file, or if it may not be read.
std::string small_file(const std::filesystem::path& file);

}  // namespace tailor
