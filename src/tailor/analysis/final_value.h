// What trials that were cut short would have come to: a regression of the final value on the value after as
// many epochs. It learns from trials alone that were to be trained to the end whatever they showed. Those
// that pruning let go on lie above the others: a line through them says nothing of how the others end.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"
#include "tailor/analysis/study_table.h"
#include "tailor/base/random.h"

namespace tailor {

constexpr std::size_t least_for_final_values = 16;  // of which 95 % are not all

// Of one epoch: the line through (value there, final value) of those trials. At least three different values.
class FinalValueLine {
 public:
  FinalValueLine(std::span<const double> early, std::span<const double> final);

  // The jackknife+ (Barber, Candès, Ramdas, Tibshirani, Annals of Statistics 49 (2021) 486): lines without
  // one trial each, each as far off as it is from that trial. Wide enough for the line's own error and for
  // residuals of any distribution. Nothing outside the range of the values that it was made from.
  std::optional<Estimate> predict(double early) const;
  // A final value from that predictive distribution.
  double draw(double early, Key key) const;

 private:
  struct Line {
    double level = 0, slope = 0, at = 0;
    double operator()(double x) const { return level + slope * (x - at); }
  };
  static Line fit(std::span<const double> early, std::span<const double> final, std::size_t without);

  std::vector<double> early_;
  std::vector<Line> lines_;        // without one trial each
  std::vector<double> residuals_;  // of that trial, by that line
  Line whole_;
};

struct PredictedFinal {
  std::size_t trial = 0;  // place in the table
  double early = 0;       // its last value
  Estimate value;
  std::size_t line = 0;  // in `lines`
};

struct FinalValues {
  std::vector<FinalValueLine> lines{};
  std::vector<PredictedFinal> predicted{};  // by trial
};

// Of the trials that were cut short, those of which something can be told: enough trials were to be trained
// to the end, some before and some after it, so that they are of its kind; and its value lies among theirs.
FinalValues predict_finals(const StudyTable& table);

}  // namespace tailor
