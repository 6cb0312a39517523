// Studies simulated on tables of learning curves: our samplers and pruners decide, the table answers, and
// what a trial that was cut short would have come to is known.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tailor/analysis/study_table.h"

namespace tailor {

// Validation accuracies of `settings` after epochs 1, 2, …
struct CurveTable {
  std::string name;
  Space space;
  std::vector<Assignment> settings;
  std::vector<std::vector<double>> curves;  // [setting][epoch - 1]

  std::size_t epochs() const { return curves.front().size(); }
};

// lcbench_NAME.f32 beside settings.f32 in `folder`, as their README describes them; ascending by name.
std::vector<CurveTable> curve_tables(const std::filesystem::path& folder);

struct CurveStudyPlan {
  std::string sampler = "random", pruner = "asha";
  int trials = 100, first = 4, lag = 8;
  double noise_sd = 0;  // of every reported value
};

struct CurveStudy {
  StudyTable table;
  std::vector<double> finals;  // of every trial, had it been trained to the end
};

// A proposal is trained as the nearest setting of the table.
CurveStudy simulate_study(const CurveTable& curves, const CurveStudyPlan& plan, Key key);

}  // namespace tailor
