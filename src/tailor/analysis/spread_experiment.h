// How vastly results vary over a space, and what is worth what on the way from the untuned default to the
// tuned setting: a spread experiment's answers, each with its interval. Nothing is assumed of the shape of
// the distribution over the space.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tailor/analysis/best_of_n.h"
#include "tailor/analysis/estimate.h"
#include "tailor/analysis/seed_share.h"
#include "tailor/analysis/spread_table.h"

namespace tailor {

// So many; nothing where it is not bounded.
struct CountEstimate {
  std::optional<int> estimate{}, low{}, high{};
};

// The result than which a share of all random settings is worse.
struct SpreadQuantile {
  double share = 0;
  Estimate value;  // a bound is NaN where there are too few settings for it
};

// A station between default and tuned.
struct WayPoint {
  std::string kind;   // of the baseline, or "random": the random setting in the middle
  std::string label;  // short, for tables: "default, 14 epochs"
  std::string name;   // for people: "trial 15, the study's best"
  int epochs = 0;
  int runs = 0;                            // that it rests on
  Estimate value;                          // the mean over seeds; of random settings, the median
  std::optional<Estimate> step{};          // from the station before; positive: better
  std::optional<Estimate> from_default{};  // the same from the untuned default
};

struct SpreadExperiment {
  SpreadTable table;
  std::vector<double> results{};            // of each random setting's first training, by its number
  double mean = 0;                          // of these. Without interval: a few failures decide it
  std::vector<SpreadQuantile> quantiles{};  // 5, 25, 50, 75, 95 %, from worse to better
  // Of random settings trained once, those worse than the default's mean over seeds.
  std::optional<Estimate> share_below_default{};
  // How many random settings must be tried so that one of them beats that mean with a probability of 95 %.
  CountEstimate trials_to_beat_default{};
  std::optional<BestOfN> best_of_n{};
  std::optional<SeedPart> seed{};
  std::vector<WayPoint> way{};  // the untuned default first
};

// Nothing before two random settings and two runs of the default have ended.
std::optional<SpreadExperiment> examine(const SpreadTable& table);

// The least number of draws of which at least one is better with a probability of 95 %, if each is worse with
// this probability; nothing if all are worse.
std::optional<int> draws_to_beat(double share_worse);

}  // namespace tailor
