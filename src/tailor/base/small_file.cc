#include "tailor/base/small_file.h"

#include <fstream>
#include <sstream>

namespace tailor {

std::string small_file(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::stringstream content;
  content << stream.rdbuf();
  return content.str();
}

}  // namespace tailor
