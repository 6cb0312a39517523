// One request for a file, or for what is left of it, by libcurl. download.cc alone uses this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tailor/data/download/download.h"
#include "tailor/data/download/part_file.h"

namespace tailor {

enum class TransferEnd {
  complete,  // as far as the server is concerned
  stopped,   // because somebody asked
  broken,    // another try may help
  refused,   // it will not
  too_long,  // more came than there may be
};

struct TransferResult {
  TransferEnd end = TransferEnd::broken;
  std::string reason{};                // for people, where it is not complete
  std::chrono::seconds retry_after{};  // as the server asks for
};

// Appends to the part, from its size on if the server can do that and still has the same version; from the start if not. At
// most `most` bytes in all. A failure if the disk takes no more.
TransferResult transfer(const std::string& url, PartFile& part, std::uint64_t most,
                        const DownloadPatience& patience, const DownloadWatch& watch);

}  // namespace tailor
