// The table of hyperparameters as documents: what `tailor hyperparameters` prints and docs/hyperparameters.md
// holds.
#pragma once

#include <string>

namespace tailor {

// Grouped, for a terminal of 80 columns.
std::string hyperparameters_text();

// docs/hyperparameters.md.
std::string hyperparameters_markdown();

// {"hyperparameters": [{"name", "kind", "group", "default", "low", "high", "log_scaled", "choices", "unit",
// "effect", "source"}, …]}; low, high, log_scaled only for numbers, choices only for choices; the default of
// dropout_N is null.
std::string hyperparameters_json();

}  // namespace tailor
