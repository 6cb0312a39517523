#include "warn.h"

#include <cstdio>

#include "tailor/report/label.h"

namespace tailor {

void warn(const std::vector<std::string>& paragraphs) {
  for (const std::string& text : paragraphs) std::fputs(wrapped(text, "tailor: ").c_str(), stderr);
}

}  // namespace tailor
