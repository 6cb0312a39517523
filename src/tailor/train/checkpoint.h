// All that a training needs to go on exactly where it was: one file, replaced whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tailor/base/aligned.h"
#include "tailor/base/error.h"
#include "tailor/train/metrics.h"
#include "tailor/train/provenance.h"

namespace tailor {

// Sums over the steps of an unfinished epoch.
struct EpochProgress {
  std::int64_t step = 0;  // done in this epoch
  double loss = 0;        // summed over images
  std::int64_t correct = 0, images = 0;
  double seconds = 0;
};

struct TrainingState {
  std::vector<EpochMetrics> history;  // of the finished epochs
  EpochProgress progress;             // of the one after
  int best_epoch = 0;                 // 0: none yet
  AlignedFloats values;               // parameters and buffers
  AlignedFloats average;              // the same, averaged; empty if off
  AlignedFloats optimizer;            // the optimiser's state
  AlignedFloats best;                 // values (or average) after the best epoch; empty before the first
  Provenance provenance;              // of all steps so far; empty: not recorded

  double temperature() const;  // of the best epoch; 1 before the first
  // Whether so many epochs have passed since the best one; never if `patience` is 0.
  bool out_of_patience(int patience) const;
};

// The state could not be kept: a full disk, a folder that is gone.
class CheckpointError : public Error {
 public:
  using Error::Error;
};

// `identity` says which training this is (architecture, settings, split, seed); reading with another one is
// bad input.
void write_checkpoint(const std::filesystem::path& file, const TrainingState& state,
                      const std::string& identity);
TrainingState read_checkpoint(const std::filesystem::path& file, const std::string& identity);

}  // namespace tailor
