// Whether simulated seeds are like the table's own: two figures of both, by which the way of simulating was
// chosen. Used by `calibration`.
#pragma once

#include "tuning_problems.h"

namespace tailor {

struct Likeness {
  // How much too good the best of 100 single reports of random settings is: its setting's mean of the other
  // repeats, or the simulation's truth, less the report. With twice the standard error.
  double table_luck = 0, table_error = 0, simulated_luck = 0, simulated_error = 0;
  // Mean absolute skewness of samples as large as the table's repeats, of the better half of the settings.
  double table_skewness = 0, simulated_skewness = 0;
};

// `problem` has repeats.
Likeness likeness(const Problem& problem, int studies);

}  // namespace tailor
