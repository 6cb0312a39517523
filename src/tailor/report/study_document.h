// The study document: everything that is known about a study as one JSON object, which the page in web/
// draws. Its schema, with what every key means: web/schema/study-document.schema.json.
#pragma once

#include <string>
#include <vector>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/findings.h"
#include "tailor/analysis/openings.h"
#include "tailor/analysis/study_table.h"
#include "tailor/train/metrics.h"

namespace tailor {

// An image that was missed.
struct DocumentMistake {
  std::string label, predicted;
  double probability = 0;  // of what was predicted
  std::string png;         // the picture's bytes
};

struct DocumentErrors {
  std::string images = "validation";  // or "test"
  std::vector<std::string> classes;
  Confusion confusion;
  std::vector<DocumentMistake> hardest;
};

struct StudyDocumentInput {
  const StudyTable& table;
  const Findings& findings;
  std::string program_version{};
  std::string options{};  // that name the study to our commands, as a shell takes them
  const ConfirmationTable* confirmation = nullptr;  // null: not confirmed
  const SpreadTable* spread = nullptr;              // null: there is no spread experiment
  ComputeItem confirmation_compute{.kind = ComputeKind::confirmation};
  ComputeItem spread_compute{.kind = ComputeKind::spread};
  std::vector<Opening> openings{};
  const DocumentErrors* errors = nullptr;  // null: no model was kept
};

std::string study_document(const StudyDocumentInput& input);

// The winner (before a confirmation: the best complete trial) as the TOML of a recipe, and the command that
// trains it again. Empty without a complete trial.
struct Reproduction {
  std::string command, recipe;
};
Reproduction reproduction(const StudyTable& table, const ConfirmationTable* confirmation);

}  // namespace tailor
