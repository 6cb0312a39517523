// How the values of a measure are written, wherever people read them: accuracies in per cent and their
// differences in percentage points, anything else as it is.
#pragma once

#include <string>

#include "tailor/analysis/estimate.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// Without a value (NaN) all of these are "-"; an estimate without bounds is written without them.
class MeasureText {
 public:
  explicit MeasureText(bool accuracy) : accuracy_(accuracy) {}
  explicit MeasureText(Measure measure) : MeasureText(maximizes(measure)) {}

  bool accuracy() const { return accuracy_; }
  const char* unit() const { return accuracy_ ? "points" : ""; }  // of a difference
  std::string with_unit(const std::string& difference) const;     // "+1.42 points", "-0.0142"

  std::string number(double v) const;           // "94.21", "0.2187"
  std::string value(double v) const;            // "94.21 %", "0.2187"
  std::string value(const Estimate& e) const;   // "94.21 % (94.00-94.40)"
  std::string narrow(const Estimate& e) const;  // "94.21 (94.00-94.40)"
  std::string change(double v) const;           // "+1.42"
  std::string change(const Estimate& e) const;  // "+1.42 (+1.00 to +1.80)"

  // Within a sentence: "1.42 percentage points (95 % interval 1.00 to 1.80)".
  std::string told_difference(double v) const;
  std::string told_difference(const Estimate& e) const;

 private:
  bool accuracy_;
};

// A share in whole per cent: "46 %".
std::string percent(double share);

}  // namespace tailor
