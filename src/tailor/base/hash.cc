#include "tailor/base/hash.h"

#include <openssl/evp.h>

#include "tailor/base/error.h"

namespace tailor {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
    throw failure("SHA-256 is not available");
}

Sha256::~Sha256() = default;

Sha256& Sha256::add(const void* data, std::size_t bytes) {
  EVP_DigestUpdate(state_->context, data, bytes);
  return *this;
}

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context, digest, &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string sha256(std::string_view text) { return Sha256().add(text).hex(); }

}  // namespace tailor
