// Where an account keeps what belongs to no project: the ledger of test images. The one place that asks the
// environment for it; everything below takes a path.
#pragma once

#include <filesystem>
#include <string>

namespace tailor {

// $XDG_STATE_HOME/tailor, or ~/.local/state/tailor where that is not set to an absolute path (XDG Base
// Directory Specification 0.8). Bad input if there is no home folder either. Nothing is created.
std::filesystem::path state_folder();

// This machine's name, for people; "unknown" if it has none.
std::string host_name();

}  // namespace tailor
