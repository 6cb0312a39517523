// A confirmation's answer as text for a terminal and as JSON.
#pragma once

#include <string>

#include "tailor/analysis/confirmation.h"

namespace tailor {

// The candidates with their seeds and means; then winner against default on the final seeds, what the study
// had claimed, and how much seeds matter. At most 80 columns.
std::string confirmation_text(const ConfirmationTable& table);

std::string confirmation_json(const ConfirmationTable& table);

}  // namespace tailor
