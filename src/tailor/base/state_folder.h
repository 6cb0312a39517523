// Where an account keeps what belongs to no project: the ledger of test images, decoded pictures. The one place that
// asks the environment for it; everything below takes a path.
#pragma once

#include <filesystem>
#include <string>

namespace tailor {

// $XDG_STATE_HOME/tailor, or ~/.local/state/tailor where that is not set to an absolute path (XDG Base
// Directory Specification 0.8). Bad input if there is no home folder either. Nothing is created.
std::filesystem::path state_folder();

// $XDG_CACHE_HOME/tailor, or ~/.cache/tailor: what can be made again. The same rules.
std::filesystem::path cache_folder();

// $XDG_DATA_HOME/tailor, or ~/.local/share/tailor: data sets that were fetched. The same rules.
std::filesystem::path data_folder();

// This machine's name, for people; "unknown" if it has none.
std::string host_name();

}  // namespace tailor
