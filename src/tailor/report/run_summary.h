// What a finished training says about itself: summary.json (summary.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tailor/data/shared_images.h"
#include "tailor/train/measuring/metric_estimate.h"
#include "tailor/train/measuring/score.h"
#include "tailor/train/provenance.h"

namespace tailor {

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
  int best_epoch = 0;                // by the objective; ties: the lower validation loss, then the earlier
  std::string objective = "validation_accuracy";  // MetricInfo::objective
  double max_validation_accuracy = 0;             // at the best epoch, as are the others
  double train_accuracy_at_best = 0;              // re-measured (train_sample)
  double train_loss_at_best = 0;
  std::int64_t train_sample_images = 0;  // how many images that was
  double validation_loss_at_best = 0;
  double images_per_second = 0;  // median over epochs
  std::string weights_hash;      // SHA-256 of the final parameters and buffers
  Environment environment;       // that ended the training; its version is `version`
  Provenance provenance;         // all that took part in it; empty: not recorded
  std::optional<Score> test;     // empty while sealed
  // Of the best epoch, over images; none in summaries of earlier versions, and none of sealed images.
  std::optional<MetricEstimates> validation_metrics, test_metrics;
  // Of a cross-validated run, else empty: each fold's validation images and what the objective is of them at the best
  // epoch. Then all other validation figures are of all folds together, and the weights of the network that was trained
  // on all images.
  struct Fold {
    std::int64_t images = 0;
    double objective = 0;
  };
  std::vector<Fold> folds;
  double temperature = 1;  // that the model's logits are divided by
  // Images that are in the training part too (docs/images.md); none of sealed images, nor in earlier versions.
  std::optional<SharedImages> shared_validation, shared_test;
};

}  // namespace tailor
