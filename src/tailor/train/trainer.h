// The training loop. Given an architecture, settings, images and a seed it makes weights; the result is a
// function of these alone: not of the number of threads, not of interruptions.
//
//   Trainer trainer(architecture, settings, images, split, {.seed = 1});
//   trainer.run();
//   trainer.best_values();   // the weights after the best epoch by validation
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/threads.h"
#include "tailor/data/augment.h"
#include "tailor/data/image_set.h"
#include "tailor/data/split.h"
#include "tailor/nn/network.h"
#include "tailor/train/batch_loader.h"
#include "tailor/train/checkpoint.h"
#include "tailor/train/checkpoint_clock.h"
#include "tailor/train/evaluate.h"
#include "tailor/train/measuring/metric.h"
#include "tailor/train/metrics.h"
#include "tailor/train/optimizer.h"
#include "tailor/train/settings.h"

namespace tailor {

struct TrainerOptions {
  // changes results
  std::uint64_t seed = 1;
  bool layer_by_layer = false;  // each layer by its plain dense kernel: slower, the same up to rounding
  // Which epoch is the best, and so when patience ends: by this, of the validation images.
  Metric metric = Metric::accuracy;
  // The split has no validation images (all_images() of folds.h): nothing judges epochs, and the best is always the last.
  bool all_images = false;
  // changes only speed
  int threads = 1;  // more than max_lanes (nn/pass.h) are not started: they would have nothing to do
  // Where to keep the state: whenever run() ends, after each epoch, and after `checkpoint_seconds` within one;
  // the latter two more seldom where writing would take more than `checkpoint_share` of the time. Empty:
  // nowhere.
  std::filesystem::path checkpoint = {};
  double checkpoint_seconds = 30, checkpoint_share = 0.01;
  // Whether training images are measured again after each epoch; without, EpochMetrics::train_sample is
  // empty.
  bool measure_sample = true;
};

// What a caller may want to see or say during a training. Any may be empty.
struct TrainerCallbacks {
  // After each training step.
  std::function<void(std::int64_t images_done, std::int64_t images_in_epoch)> step = nullptr;
  // What the network says of the validation images after each epoch, in the split's order; before `epoch`.
  std::function<void(const Predictions&)> validated = nullptr;
  // After each epoch, measured; before its checkpoint is written.
  std::function<void(const EpochMetrics&)> epoch = nullptr;
  // Asked after each step and while measuring: true ends the run as `interrupted`.
  std::function<bool()> stop = nullptr;
};

// `paused`: the epoch asked for is done, others are left.
enum class TrainingEnd { finished, patience, interrupted, paused };

// A loss that is not finite: the settings' fault, unlike a full disk.
class DivergedError : public Error {
 public:
  using Error::Error;
};

// An error unless these can be trained with each other: usage for settings, options and an architecture, bad
// input for images and split.
void check_training(const Architecture& architecture, const Settings& settings, const ImageSet& images,
                    const Split& split, const TrainerOptions& options);

// Everything that decides the result, as one text: of two trainings with the same one each may go on from the other's
// checkpoint.
std::string training_identity(const Architecture& architecture, const Settings& settings,
                              const ImageSet& images, const std::string& split_hash,
                              const TrainerOptions& options);

class Trainer {
 public:
  // `images` and `split` are borrowed. Throws what check_training() does.
  Trainer(const Architecture& architecture, const Settings& settings, const ImageSet& images,
          const Split& split, const TrainerOptions& options);

  // Goes on from the options' checkpoint; bad input if it belongs to another training. On another instruction
  // set than before it is no less a training, but not the one that either alone gives: see provenance().
  void resume();

  // Trains until all epochs (or only `until_epoch` of them) are done, patience ends or the caller stops; can
  // be called again to go on. A loss that is not finite is a DivergedError that names epoch, step and what to
  // try.
  TrainingEnd run(const TrainerCallbacks& callbacks = {}, int until_epoch = everything);
  static constexpr int everything = std::numeric_limits<int>::max();

  const std::vector<EpochMetrics>& history() const { return state_.history; }
  // Of the epoch that is not finished, which resume() may have begun.
  std::int64_t images_done() const { return state_.progress.images; }
  int best_epoch() const { return state_.best_epoch; }
  const AlignedFloats& best_values() const { return state_.best; }
  const AlignedFloats& final_values() const { return state_.values; }
  // Those that validation measured after the last epoch: averaged, if the settings say so.
  const AlignedFloats& measured_values() const;
  std::string weights_hash() const;  // of the final values
  // What has computed it so far.
  const Provenance& provenance() const { return state_.provenance; }
  const Normalization& normalization() const { return normalization_; }
  Network& network() { return network_; }
  std::int64_t steps_per_epoch() const { return loader_.steps(); }
  int threads() const { return workers_.threads(); }
  // Of the validation images, in the split's order, after the best epoch; divided by its temperature.
  Predictions predictions();
  // The same after the last epoch, if none is begun after it.
  Predictions last_predictions();
  Confusion confusion() { return confusion_of(predictions()); }
  double temperature() const { return state_.temperature(); }  // of the best epoch

 private:
  // The state of the constructing thread, and what it is given, checked before any member is made.
  struct Ready {
    Ready(const Architecture& architecture, const Settings& settings, const ImageSet& images,
          const Split& split, const TrainerOptions& options) {
      check_training(architecture, settings, images, split, options);
    }
    ComputeScope scope;
  };
  Trainer(const Ready& ready, const Architecture& architecture, const Settings& settings,
          const ImageSet& images, const Split& split, const TrainerOptions& options);

  void train_step();
  void update();
  void average_statistics();
  bool finish_epoch(const TrainerCallbacks& callbacks);
  Network& measuring() { return exact_ ? *exact_ : network_; }
  int epoch() const { return static_cast<int>(state_.history.size()) + 1; }  // the one being trained
  std::int64_t steps_done() const;
  double rate_now() const;
  TrainingEnd train(const TrainerCallbacks& callbacks, int until_epoch);
  // Unless all of it is written already.
  void save();
  void record_provenance();

  const Settings settings_;
  const ImageSet& images_;
  const Split& split_;
  const TrainerOptions options_;
  const Key key_;
  const std::string identity_;
  const Normalization normalization_;
  Workers workers_;
  Network network_;
  // If training rounds: what measures, in f32 as evaluation and prediction will.
  std::unique_ptr<Network> exact_;
  Augmenter augmenter_, plain_;
  BatchLoader loader_;
  Evaluator evaluator_;
  Optimizer optimizer_;
  std::vector<std::uint32_t> sample_;  // training images re-measured after each epoch
  AlignedFloats gradients_;
  TrainingState state_;
  CheckpointClock clock_;
  bool unsaved_ = true;
};

}  // namespace tailor
