// What the confirmed winner gets wrong, with the pictures of the hardest images.
#pragma once

#include <optional>
#include <string>

#include "tailor/analysis/confirmation.h"
#include "tailor/report/study_document.h"

namespace tailor {

// The mistakes of the winner's first final run; nothing without a winner that kept any. If the
// images are not where `data` says, or are others than those of its hash, classes have numbers for names and there are no
// pictures: a report is one all the same.
std::optional<DocumentErrors> winner_errors(const ConfirmationTable& confirmation, const StudyData& data);

}  // namespace tailor
