// The words of a study's report: the answer in three sentences, warnings with advice, and a glossary. One
// place for the terminal, Markdown and the page.
#pragma once

#include <string>
#include <vector>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/findings.h"
#include "tailor/analysis/study_table.h"
#include "tailor/report/measure_text.h"

namespace tailor {

// How widely results vary; what tuning gained; how far to trust it. `confirmation` may be null.
std::vector<std::string> answer_sentences(const StudyTable& table, const Findings& findings,
                                          const ConfirmationTable* confirmation);

struct WarningWords {
  std::string text, advice;
};
// `options`: see StudyDocumentInput.
WarningWords words_of(const Warning& warning, const MeasureText& measure, const std::string& options);

struct GlossaryEntry {
  std::string term, text;
};
const std::vector<GlossaryEntry>& glossary();

}  // namespace tailor
