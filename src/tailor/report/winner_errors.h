// What the confirmed winner gets wrong, with the pictures of the hardest images.
#pragma once

#include <optional>
#include <string>

#include "tailor/analysis/confirmation.h"
#include "tailor/report/study_document.h"

namespace tailor {

// The mistakes of the winner's first final run; nothing without a winner that kept any. `data` is where the
// images are, as open_dataset takes it. If they are not there, or are others than those of this hash, classes
// have numbers for names and there are no pictures: a report is one all the same.
std::optional<DocumentErrors> winner_errors(const ConfirmationTable& confirmation, const std::string& data,
                                            const std::string& data_hash);

}  // namespace tailor
