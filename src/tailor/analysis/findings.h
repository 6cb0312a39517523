// Everything that analysis has to say about one study, in numbers: what the study document and the terminal's
// summary are written from.
#pragma once

#include <optional>
#include <vector>

#include "tailor/analysis/best_of_n.h"
#include "tailor/analysis/compute.h"
#include "tailor/analysis/final_value.h"
#include "tailor/analysis/fresh_reports.h"
#include "tailor/analysis/gain.h"
#include "tailor/analysis/importance.h"
#include "tailor/analysis/leave_at_default.h"
#include "tailor/analysis/noise.h"
#include "tailor/analysis/optimism.h"
#include "tailor/analysis/pruning.h"
#include "tailor/analysis/spread.h"
#include "tailor/analysis/spread_experiment.h"
#include "tailor/analysis/warnings.h"

namespace tailor {

struct ParameterFindings {
  std::size_t parameter = 0;  // place in the space
  double ped_anova = 0, fanova = 0, tunability = 0;
};

struct Findings {
  std::optional<Recommendation> recommendation{};  // by all reports of tried settings, fresh ones too; costs
  // Nothing where `tailor spread` was not run, or too little of it.
  std::optional<SpreadExperiment> spread_experiment{};
  FinalValues finals{};  // of trials that were cut short
  std::optional<Spread> spread{};
  std::optional<Noise> noise{};
  std::optional<double> noise_share{};
  // The standard deviation of one result: the seeds' where it is known, else what the size of the validation
  // set alone makes of it (a lower bound); none of a loss that was not confirmed.
  std::optional<double> result_sd{};
  std::optional<Gain> gain{};
  std::optional<Optimism> optimism{};
  std::vector<ParameterFindings> parameters{};  // the largest fANOVA share first; empty: too few trials
  std::vector<PairShare> pairs{};
  std::vector<std::size_t> leave_at_default{};  // places in the space: no worse by `margin` at their default
  double margin = 0;                            // result_sd
  std::optional<BestOfN> best_of_n{};
  std::optional<Pruning> pruning{};
  std::vector<ComputeItem> compute{};
  std::vector<Warning> warnings{};  // the gravest first
};

// `confirmation` and `spread` may be null.
Findings find_all(const StudyTable& table, const ConfirmationTable* confirmation, int test_openings,
                  const SpreadTable* spread = nullptr);

// What the surrogate learns from: the results of trials that were trained to the end, and predicted ones,
// drawn anew from their predictive distribution for each resample. The better is higher.
Results surrogate_results(const StudyTable& table, const FinalValues& finals);

}  // namespace tailor
