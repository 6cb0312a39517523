// What a training measures: the numbers behind metrics.csv, summary.json, the curves and the closing table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tailor/train/provenance.h"

namespace tailor {

// Mean cross-entropy (nats; without label smoothing outside training) and accuracy over `count` images.
struct Score {
  double loss = 0;
  double accuracy = 0;  // 0 to 1
  std::int64_t count = 0;
  double loss_error = 0;  // standard error of the mean loss over images; 0 where not measured
};

// One row of metrics.csv. Epochs count from 1.
struct EpochMetrics {
  int epoch = 0;
  Score train;                   // as seen while training: with augmentation and dropout, weights changing
  Score train_sample;            // after the epoch, without them, on a fixed sample of training images
  Score validation;              // after the epoch
  double learning_rate = 0;      // at the epoch's last step
  double images_per_second = 0;  // training only
  double seconds = 0;            // the whole epoch, measuring included
};

// Predicted against true classes.
struct Confusion {
  int classes = 0;
  std::vector<std::int64_t> counts;  // [true][predicted]

  std::int64_t at(int truth, int predicted) const {
    return counts[static_cast<std::size_t>(truth) * classes + predicted];
  }
};

inline Confusion empty_confusion(int classes) {
  return {classes, std::vector<std::int64_t>(static_cast<std::size_t>(classes) * classes)};
}

// summary.json: what a finished training says about itself.
struct RunSummary {
  std::string version;
  std::string architecture, architecture_fingerprint;
  std::string dataset, dataset_hash;
  std::int64_t train_images = 0, validation_images = 0, test_images = 0;
  std::uint64_t split_seed = 0;
  std::string split_hash;
  std::uint64_t seed = 0;
  int threads = 1;
  std::string precision = "f32";
  std::vector<std::string> kernels;  // "conv2d_1+relu_1: onednn brgconv_avx512_core", …
  int epochs = 0;                    // finished
  int best_epoch = 0;  // by validation accuracy; ties: the lower validation loss, then the earlier
  double max_validation_accuracy = 0;
  double train_accuracy_at_best = 0;  // re-measured (train_sample)
  double train_loss_at_best = 0;
  std::int64_t train_sample_images = 0;  // how many images that was
  double validation_loss_at_best = 0;
  double images_per_second = 0;  // median over epochs
  std::string weights_hash;      // SHA-256 of the final parameters and buffers
  Environment environment;       // that ended the training; its version is `version`
  Provenance provenance;         // all that took part in it; empty: not recorded
  std::optional<Score> test;     // empty while sealed
};

struct Interval {
  double low = 0, high = 0;
};

// Wilson's 95 % interval for a share of successes (Wilson, JASA 22 (1927) 209).
Interval wilson_interval(double share, std::int64_t count);

}  // namespace tailor
