#include "tailor/base/state_folder.h"

#include <cstdlib>
#include <string_view>

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

// $VARIABLE/tailor, or ~/`usual`/tailor.
fs::path account_folder(const char* variable, const char* usual, std::string_view what) {
  if (const fs::path chosen = absolute_path_of(variable); !chosen.empty()) return chosen / "tailor";
  fs::path home = absolute_path_of("HOME");
  if (home.empty()) {
    const passwd* account = ::getpwuid(::geteuid());
    if (account && account->pw_dir) home = account->pw_dir;
  }
  if (!home.is_absolute())
    throw bad_input("this account has no home folder to keep {} in: set {} to a folder that stays", what,
                    variable);
  return home / usual / "tailor";
}

}  // namespace

fs::path state_folder() {
  return account_folder("XDG_STATE_HOME", ".local/state", "its ledger of test images");
}

fs::path cache_folder() { return account_folder("XDG_CACHE_HOME", ".cache", "decoded pictures"); }

fs::path data_folder() { return account_folder("XDG_DATA_HOME", ".local/share", "data sets"); }

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace tailor
