// The words of a study's report: the answer in three sentences, warnings with advice, and a glossary. One
// place for the terminal, Markdown and the page.
#pragma once

#include <string>
#include <vector>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/findings.h"
#include "tailor/analysis/study_table.h"

namespace tailor {

// How a study's measure is written: accuracies in per cent, their differences in percentage points.
class MeasureWords {
 public:
  explicit MeasureWords(Measure measure) : share_(maximizes(measure)), measure_(measure) {}

  std::string name() const;                    // "validation accuracy"
  std::string value(double v) const;           // "94.21 %", "0.2187"
  std::string difference(double v) const;      // "1.42 percentage points", "0.0142"
  std::string value(const Estimate& e) const;  // "94.21 % (95 % interval 94.0 to 94.4 %)"
  std::string difference(const Estimate& e) const;

 private:
  std::string number(double v) const;
  bool share_;
  Measure measure_;
};

// How widely results vary; what tuning gained; how far to trust it. `confirmation` may be null.
std::vector<std::string> answer_sentences(const StudyTable& table, const Findings& findings,
                                          const ConfirmationTable* confirmation);

struct WarningWords {
  std::string text, advice;
};
WarningWords words_of(const Warning& warning, const MeasureWords& measure);

// What counts as bad in a spread: "worse than the untuned default (91.20 %)".
std::string bad_definition(const Spread& spread, const MeasureWords& measure);

struct GlossaryEntry {
  std::string term, text;
};
const std::vector<GlossaryEntry>& glossary();

}  // namespace tailor
