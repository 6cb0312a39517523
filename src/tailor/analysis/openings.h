// The ledgers of the sealed test images, a study's own and the account's, and what was measured on them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tailor/data/images_ledger.h"
#include "tailor/storage/storage.h"

namespace tailor {

struct Opening {
  std::string time, by;  // UTC; "NAME.confirm on HOST", "run FOLDER on HOST"
  std::vector<std::string>
      candidates;  // whose final runs met the images; none once the confirmation is deleted
  std::vector<int> seeds;
  std::string images_hash;  // of the test images that they met; empty where that was not noted
  bool elsewhere = false;   // not this study's: another one or a run opened the very same images
};

// Of the images that the study's confirmations met, by these and by whatever else the account knows; the
// oldest first. None of a study that has opened none: which images are behind its seal is not known.
std::vector<Opening> read_openings(Storage& storage, const StudyRecord& study, const ImagesLedger& account);

// How often the images that a confirmation met had been opened before, as its study and the account know.
// Nothing if it has not met any.
std::optional<ImagesOpenings> opened_before(Storage& storage, StudyId confirmation,
                                            const ImagesLedger& account);

}  // namespace tailor
