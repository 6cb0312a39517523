// What `tailor train` shows and leaves behind: the opening lines, a line for each epoch, the files of the run
// folder, the closing tables.
#pragma once

#include <cstdint>
#include <filesystem>

#include "progress.h"
#include "tailor/data/dataset.h"
#include "tailor/data/shared_images.h"
#include "tailor/report/run_folder.h"
#include "tailor/report/run_summary.h"
#include "tailor/train/fold_trainer.h"
#include "tailor/train/trainer.h"

namespace tailor {

class RunOutput {
 public:
  // Everything given is borrowed. With `folds` these are judged epoch by epoch, and `trainer` makes the network to keep
  // of all images, which are its `split`. `json`: print nothing but the summary, as JSON.
  RunOutput(std::filesystem::path folder, const RunDescription& run, const Dataset& dataset,
            const ImageSet& images, const Split& split, const SharedImages& shared, Trainer& trainer,
            FoldTrainer* folds, int threads, bool json);

  void begin() const;
  void step(std::int64_t images_done);  // in this epoch
  // With folds, after them: of the network to keep.
  void begin_final() const;
  void final_step(std::int64_t images_done);
  void epoch(const EpochMetrics& metrics);
  void finish(TrainingEnd end);

 private:
  void draw_pictures(const Confusion& confusion, const std::vector<std::string>& names) const;
  RunSummary summary(const Predictions& predictions) const;
  // Of what is judged: the trainer, or the folds.
  const std::vector<EpochMetrics>& history() const { return folds_ ? folds_->history() : trainer_.history(); }
  int best_epoch() const { return folds_ ? folds_->best_epoch() : trainer_.best_epoch(); }
  double temperature() const { return folds_ ? folds_->temperature() : trainer_.temperature(); }
  std::int64_t images_in_epoch() const { return folds_ ? folds_->images_in_epoch() : run_.train_images; }
  Provenance provenance() const;

  std::filesystem::path folder_;
  const RunDescription& run_;
  const Dataset& dataset_;
  const ImageSet& images_;
  const Split& split_;
  const SharedImages& shared_;
  Trainer& trainer_;
  FoldTrainer* folds_;
  int threads_;
  bool json_;
  Progress progress_;
};

// Deletes a run's own files, never anything else that lies in the folder.
void remove_run(const std::filesystem::path& folder);

}  // namespace tailor
