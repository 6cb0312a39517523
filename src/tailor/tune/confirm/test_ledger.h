// A study's own ledger of the sealed test images: every opening stands with the study that it answers for, in
// its user attribute tailor:test_openings, written once the images are read and before anything is measured.
// The account's (data/images_ledger.h) has it too, and those of other studies and runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tailor/data/image_set.h"
#include "tailor/data/images_ledger.h"
#include "tailor/storage/storage.h"
#include "tailor/tune/study/confirmation_plan.h"

namespace tailor {

struct TestOpening {
  std::string time;          // UTC, as Optuna writes it
  std::string confirmation;  // that opened them
  std::string host;          // where it worked then
  std::string test_hash;     // of the images; empty in studies of earlier versions

  // As the account's ledger has it.
  ImagesOpening in_account(const std::string& study) const;
};

// Within a transaction. Once for each confirmation, however many final runs and workers it has, and again for
// another one of the same name after it was deleted. Gives the opening as the account's ledger shall have it:
// with the same time, whichever worker says it.
ImagesOpening record_test_opening(Storage& storage, StudyId confirmation, const Confirmation& definition,
                                  const std::string& command, const ImageSet& images);

// Of a study, the oldest first.
std::vector<TestOpening> test_openings(const StudyRecord& study);

// Of a confirmation, if it has opened them.
std::optional<TestOpening> own_test_opening(Storage& storage, const StudyRecord& confirmation,
                                            const std::string& study);

}  // namespace tailor
