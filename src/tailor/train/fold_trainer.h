// A cross-validated training: a network for each fold, trained side by side epoch by epoch, and judged as one: each
// image by the network that did not see it. Best epoch, patience and temperature are of these judgements together.
//
//   FoldTrainer trainer(architecture, settings, images, folds, {.seed = 1});
//   trainer.run();
//   estimate_all(trainer.best_predictions());   // of all images
//
// Its networks are a means to judge the settings and the number of epochs; the network to keep is trained on all images
// then (final_settings).
#pragma once

#include <memory>
#include <vector>

#include "tailor/data/folds.h"
#include "tailor/train/trainer.h"

namespace tailor {

class FoldTrainer {
 public:
  // `images` and `folds` are borrowed. The options' checkpoint is a folder, made if need be, with a file for each fold
  // and one for what they have in common; each fold draws its own seed from the options' one. Throws what a Trainer
  // does, and a MemoryError unless all networks fit into memory.
  FoldTrainer(const Architecture& architecture, const Settings& settings, const ImageSet& images,
              const Folds& folds, const TrainerOptions& options);

  // As of a Trainer, bit for bit. After an error the training is not usable.
  void resume();
  bool can_resume() const;

  // As of a Trainer; an epoch is one of every fold, and `validated` gets all images.
  TrainingEnd run(const TrainerCallbacks& callbacks = {}, int until_epoch = Trainer::everything);

  // Validation is over all images; train and train_sample are means over the folds' images.
  const std::vector<EpochMetrics>& history() const { return state_.history; }
  std::int64_t images_done() const;  // of the epoch that is not finished, which resume() may have begun
  int best_epoch() const { return state_.best_epoch; }
  double temperature() const { return state_.temperature(); }  // of the best epoch
  // Of all images in their order, after the best epoch and after the last; divided by the epoch's temperature.
  Predictions best_predictions() const;
  Predictions last_predictions();
  // Of all steps of all folds so far.
  Provenance provenance() const;
  Network& network() { return trainers_.front()->network(); }
  std::int64_t images_in_epoch() const { return static_cast<std::int64_t>(folds_.train_of_all()); }
  const Folds& folds() const { return folds_; }

 private:
  bool train_epoch(const TrainerCallbacks& callbacks);
  void finish_epoch(Predictions predictions, const TrainerCallbacks& callbacks);
  std::size_t logits_size() const;
  std::filesystem::path common_file() const;
  int epoch() const { return static_cast<int>(state_.history.size()) + 1; }

  const Settings settings_;
  const ImageSet& images_;
  const Folds& folds_;
  const TrainerOptions options_;
  const std::string identity_;
  std::vector<std::unique_ptr<Trainer>> trainers_;
  std::vector<std::filesystem::path> files_;
  TrainingState state_;  // history and best epoch of all folds together; `best` has its logits
};

// How the network to keep is trained, on all_images() for the number of epochs that cross-validation found
// (TrainerOptions::all_images): nothing of it may ask for validation images.
Settings final_settings(const Settings& settings);

// What others computed, added to `all`.
void add_all(Provenance& all, const Provenance& others);

// Each fold's part of predictions of all images.
std::vector<Predictions> by_fold(const Predictions& all, const Folds& folds);

}  // namespace tailor
