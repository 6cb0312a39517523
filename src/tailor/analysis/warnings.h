// What to doubt about a study: each warning with the numbers that it is about. Their words are made in
// report/warning_text.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/noise.h"
#include "tailor/analysis/spread_table.h"
#include "tailor/analysis/study_table.h"

namespace tailor {

enum class WarningKind {
  edge_of_range,     // parameter; value: position of the best trials' median in the range, 0 or 1 at an end
  too_few_trials,    // value: trials that were trained to the end; limit: wanted
  budget_too_short,  // value: Spearman correlation of early and final ranks, too low to prune by
  curves_still_rising,      // value: gain of the best trial over its last tenth of epochs; limit: noise
  leaders_not_separated,    // value: how many trials cannot be told from the best; limit: the difference it
                            // takes
  race_undecided,           // value: how many candidates stayed in the race beside the winner
  test_opened_again,        // value: times
  validation_test_differ,   // value: standard errors between validation and test accuracy
  many_failures,            // value: share of trials that failed
  not_confirmed,            // the numbers are of one seed each
  mixed_instruction_sets,   // of, provenance
  mixed_builds,             // the same
  provenance_not_recorded,  // the same: of a part of the trials
  experiment_elsewhere,     // of: computed on another instruction set (provenance) than its study (parameter)
  near_duplicates,  // parameter: "validation" or "test", images that look like training images (shared, data)
  contradicting_labels,  // the same, equal images that have different labels
};

enum class WarningSeverity { info, warning, serious };

struct Warning {
  WarningKind kind{};
  WarningSeverity severity{};
  std::string parameter{};  // edge_of_range
  double value = 0, limit = 0;
  std::string of = "study";  // or "confirmation", "spread experiment"
  StudyProvenance provenance{};
  SharedImages shared{};
  StudyData data{};
};

struct WarningInput {
  const StudyTable& table;
  const ConfirmationTable* confirmation = nullptr;
  std::optional<Noise> noise{};
  int test_openings = 0;  // rows of the ledger
  const SpreadTable* spread = nullptr;
};

// The gravest first.
std::vector<Warning> find_warnings(const WarningInput& input);

// Standard errors between two accuracies (0 to 1), measured on different images.
double standard_errors_apart(double a, std::int64_t images_a, double b, std::int64_t images_b);

std::string_view name_of(WarningKind kind);  // "edge_of_range"
std::string_view name_of(WarningSeverity severity);

}  // namespace tailor
