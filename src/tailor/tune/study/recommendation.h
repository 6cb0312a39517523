// Which of its settings a study recommends, and how likely that is one of the best that it tried.
//
// Recommended is the setting with the lowest mean cost among those that have the most reports, or one less
// than the most, but two at least where any was repeated (repeats.h). Without repeats that is the best single
// report. Trainings of tried settings on fresh seeds outside of the study (a confirmation's, a spread
// experiment's) are reports of them as well, and a confirmation's winner is recommended. Where no setting, or
// one only, was trained again the noise of a report is not known, and nothing is said about it. Elsewhere every
// setting's worth has a posterior, of which the probabilities are. How many seeds a setting got may hang on what
// they showed: given the reports, the posterior is the same.
//
// - a report is the setting's worth plus normal noise. Its sd is pooled over the settings that were repeated
//   and integrated over as for a chi-square. A leader's first report was chosen for being good, which makes
//   noise look larger than it is, never smaller. Settings differ in their noise, by more than their few
//   reports can tell: some are taken to have 0.4, 2.5 or 6 times as much;
// - the prior of a setting's worth is the distribution of all settings' worths, estimated from all reports on
//   a grid by a few steps of the EM algorithm from a flat start (Laird, "Nonparametric maximum likelihood
//   estimation of a mixing distribution", JASA 73 (1978) 805; stopped early, which keeps it smooth). A lucky
//   report is so corrected for having been picked out of many.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tailor/tune/study/repeats.h"

namespace tailor {

// Of `near_best`, which hangs on noise_sd: more is not known of the noise. What is said to be surer is so in 98 % of
// simulated studies on tables of real trainings (docs/recommending.md).
inline constexpr double most_sure = 0.95;

struct RecommendationOdds {
  double noise_sd = 0;   // of one report
  double best = 1;       // probability that no setting of which there is a report is better
  double near_best = 1;  // that none is better by more than noise_sd; at most most_sure, or `best` if more
};

struct Recommendation {
  std::size_t trial = 0;                     // the first one with the setting
  std::size_t reports = 1;                   // of the setting
  double mean = 0;                           // cost, of those
  std::optional<RecommendationOdds> odds{};  // nothing: the noise is not known
};

// Trainings of tried settings on fresh seeds, to the study's full length, outside of the study.
struct FreshReports {
  std::vector<SettingReports> settings{};  // each trial at most once; it need not be complete in the study
  std::optional<std::size_t> confirmed{};  // which of these trials a confirmation chose
};

// Nothing if no trial is complete.
std::optional<Recommendation> recommend(std::span<const Report> reports, const FreshReports& fresh = {});

// In the measure that the costs are made from.
std::string to_json(const Recommendation& recommendation, bool maximize);

}  // namespace tailor
