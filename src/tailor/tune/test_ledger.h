// The ledger of the sealed test images: every opening stands with the study that it answers for, in its user
// attribute tailor:test_openings, written before anything is measured.
#pragma once

#include <string>
#include <vector>

#include "tailor/storage/storage.h"
#include "tailor/tune/confirmation.h"

namespace tailor {

struct TestOpening {
  std::string time;          // UTC, as Optuna writes it
  std::string confirmation;  // that opened them
  std::string host;          // where it worked then
};

// Within a transaction. Once for each confirmation, however many final runs it has.
void record_test_opening(Storage& storage, StudyId confirmation, const Confirmation& definition,
                         const std::string& host);

std::vector<TestOpening> test_openings(const StudyRecord& study);

}  // namespace tailor
