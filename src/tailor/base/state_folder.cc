#include "tailor/base/state_folder.h"

#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

#include "tailor/base/error.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

fs::path absolute_path_of(const char* variable) {
  const char* value = std::getenv(variable);
  const fs::path path = value ? value : "";
  return path.is_absolute() ? path : fs::path();
}

}  // namespace

fs::path state_folder() {
  if (const fs::path state = absolute_path_of("XDG_STATE_HOME"); !state.empty()) return state / "tailor";
  fs::path home = absolute_path_of("HOME");
  if (home.empty()) {
    const passwd* account = ::getpwuid(::geteuid());
    if (account && account->pw_dir) home = account->pw_dir;
  }
  if (!home.is_absolute())
    throw bad_input(
        "this account has no home folder to keep its ledger of test images in: set XDG_STATE_HOME to a "
        "folder that stays");
  return home / ".local/state/tailor";
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace tailor
