// Checksums of files as their publishers state them.
#pragma once

#include <filesystem>
#include <string>

namespace tailor {

enum class ChecksumKind { sha256, md5 };

struct Checksum {
  ChecksumKind kind = ChecksumKind::sha256;
  std::string hex;  // lower-case
};

const char* checksum_name(ChecksumKind kind);  // "SHA-256", "MD5"

// Of the file's bytes as they are. An unreadable file is bad input; a failure where this machine's OpenSSL forbids MD5.
Checksum checksum_of(const std::filesystem::path& path, ChecksumKind kind);

}  // namespace tailor
