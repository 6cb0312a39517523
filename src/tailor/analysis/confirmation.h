// A confirmation as plain numbers: candidates trained again with fresh seeds, the same seeds for all, and
// final runs of the winner and what it is compared with on further seeds, which alone have met the test
// images. `tailor confirm` fills the table from storage; gain, optimism and noise are estimated from it.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tailor/analysis/estimate.h"
#include "tailor/data/shared_images.h"
#include "tailor/storage/storage.h"
#include "tailor/train/measuring/metric.h"
#include "tailor/train/measuring/metric_estimate.h"
#include "tailor/train/metrics.h"
#include "tailor/train/mistakes.h"
#include "tailor/tune/study/confirmation_plan.h"
#include "tailor/tune/study/study_provenance.h"

namespace tailor {

// One training of a candidate.
struct ConfirmationRun {
  int seed_index = 0;      // runs of the same index share their seed, and are compared in pairs
  double value = 0;        // the study's measure
  bool final_run = false;  // trained after the race, with a seed that it did not use
  std::vector<EpochMetrics> history{};
  std::optional<Score> test{};     // final runs, once the test images were opened
  std::vector<bool> test_right{};  // with it: which of them were judged right
  // With it: what each of them contributes to the study's metric, which is their mean; none in older studies of other
  // metrics than accuracy.
  std::vector<float> test_values{};
  std::string test_images_hash{};        // and which images it was; empty in older studies
  std::vector<bool> validation_right{};  // with it: the same of the validation images; none in older studies
  std::optional<Mistakes> mistakes{};    // final runs: on validation images
  std::optional<MetricEstimates> validation_metrics{}, test_metrics{};  // likewise; none in older studies
};

struct ConfirmationCandidate {
  std::string name;                // "trial 17", "default", …
  std::vector<std::string> roles;  // see candidate_role in tune/study/confirmation_plan.h
  std::optional<int> trial;        // its number in the study
  std::optional<double> claimed;   // its value in the study
  SettingTexts settings;           // where they differ from the untuned defaults
  std::vector<ConfirmationRun> runs;
  std::optional<int> dropped_after;  // runs, when the race gave it up
  bool races = true;                 // false: a random setting, with final runs alone
  int failed_finals = 0;             // final runs that failed, which are not in `runs`
};

struct ConfirmationTable {
  std::string study;  // the confirmation's name in storage
  bool finished = false;
  Metric metric = Metric::accuracy;  // of the study's measure
  bool maximize = true;
  std::vector<ConfirmationCandidate> candidates{};
  std::optional<std::size_t> winner{};  // place in candidates, once the race has decided
  // The study's measure of a network that knows nothing (guessing_value of train/measuring/metric.h).
  double chance = std::numeric_limits<double>::quiet_NaN();
  bool reshuffled = false;                    // each seed has validation images of its own
  StudyProvenance provenance{};               // of all its runs
  std::optional<SharedImages> shared_test{};  // once it has met the test images

  // The mean of a candidate's final runs over seeds. Of those of the race it has no bounds: the race ends by these
  // very runs.
  Estimate mean_value(const ConfirmationCandidate& candidate, bool final_runs) const;
  // The candidate that gave the study's best result when the confirmation began; it need not be the winner.
  // Of older confirmations, which do not say it, the best result of any candidate.
  std::optional<std::size_t> claimant() const;
  // The place of the candidate with this role, if there is one.
  std::optional<std::size_t> find_role(const std::string& role) const {
    for (std::size_t i = 0; i < candidates.size(); ++i)
      for (const std::string& own : candidates[i].roles)
        if (own == role) return i;
    return std::nullopt;
  }
};

// The finite values of a candidate's final runs, or of those of the race.
std::vector<double> run_values(const ConfirmationCandidate& candidate, bool final_runs);

// Bad input if the study is no confirmation. What other studies claimed is looked up there, if they still
// are.
ConfirmationTable read_confirmation(Storage& storage, StudyId confirmation);

}  // namespace tailor
