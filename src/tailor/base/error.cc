#include "tailor/base/error.h"

#include <cerrno>
#include <cstring>

namespace tailor {

Error system_failure(const std::string& path, const std::string& action) {
  return failure("{}: cannot {}: {}", path, action, std::strerror(errno));
}

}  // namespace tailor
