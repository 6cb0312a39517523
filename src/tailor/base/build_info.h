// What this build of tailor is. Runs and trials record it, `tailor --version` shows it.
#pragma once

#include <string_view>

namespace tailor {

struct BuildInfo {
  std::string_view version;  // "0.1.0"
  // 12 hexadecimal digits, followed by "-dirty" if files of it were changed. Empty where the sources are no
  // git repository of their own (an archive), or git could not read it.
  std::string_view commit;
  std::string_view compiler;  // "GNU 12.2.0"
  std::string_view type;      // "Release"; then sanitizers and flags of this build's own, after commas
};

const BuildInfo& build_info();

}  // namespace tailor
