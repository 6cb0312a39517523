// The ledger of the sealed test images, and what was measured on them each time.
#pragma once

#include <string>
#include <vector>

#include "tailor/storage/storage.h"

namespace tailor {

struct Opening {
  std::string time, by;  // UTC; "NAME.confirm on HOST"
  std::vector<std::string>
      candidates;  // whose final runs met the images; none once the confirmation is deleted
  std::vector<int> seeds;
  std::string images_hash;  // of the test images that they met; empty where that was not noted
};

// Of a study, the oldest first.
std::vector<Opening> read_openings(Storage& storage, const StudyRecord& study);

}  // namespace tailor
