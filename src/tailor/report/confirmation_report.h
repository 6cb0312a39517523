// A confirmation's answer as text for a terminal and as JSON.
#pragma once

#include <optional>
#include <string>

#include "tailor/analysis/confirmation.h"
#include "tailor/data/images_ledger.h"
#include "tailor/tune/study/recommendation.h"

namespace tailor {

// The candidates with their seeds and means; then winner against default on the final seeds, what the study
// had claimed, and how much seeds matter. At most 80 columns.
std::string confirmation_text(const ConfirmationTable& table);

// `opened_before`: its test images, once it has met them. `recommendation`: the study's, with these runs.
std::string confirmation_json(const ConfirmationTable& table,
                              const std::optional<ImagesOpenings>& opened_before,
                              const std::optional<Recommendation>& recommendation);

}  // namespace tailor
