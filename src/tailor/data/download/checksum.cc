#include "tailor/data/download/checksum.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <openssl/evp.h>

#include "tailor/base/error.h"

namespace tailor {

const char* checksum_name(ChecksumKind kind) { return kind == ChecksumKind::md5 ? "MD5" : "SHA-256"; }

Checksum checksum_of(const std::filesystem::path& path, ChecksumKind kind) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const EVP_MD* const type = kind == ChecksumKind::md5 ? EVP_md5() : EVP_sha256();
  if (!context || EVP_DigestInit_ex(context.get(), type, nullptr) != 1)
    throw failure("{} is not available on this machine, so {} cannot be checked", checksum_name(kind),
                  path.string());
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) throw bad_input("{}: cannot open: {}", path.string(), std::strerror(errno));
  std::vector<unsigned char> block(std::size_t{1} << 20);
  while (const std::size_t n = std::fread(block.data(), 1, block.size(), file.get()))
    EVP_DigestUpdate(context.get(), block.data(), n);
  if (std::ferror(file.get())) throw bad_input("{}: cannot read: {}", path.string(), std::strerror(errno));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  Checksum sum{kind, {}};
  for (unsigned i = 0; i < size; ++i) sum.hex += fmt::format("{:02x}", digest[i]);
  return sum;
}

}  // namespace tailor
