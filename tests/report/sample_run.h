// A made-up training for the report tests: plausible curves and a summary.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "tailor/report/run_summary.h"
#include "tailor/train/metrics.h"

namespace tailor {

inline std::vector<EpochMetrics> sample_epochs(int count) {
  std::vector<EpochMetrics> epochs;
  for (int i = 1; i <= count; ++i) {
    const double left = std::exp(-i / 6.0);
    const double wiggle = 0.004 * std::sin(2.7 * i);
    EpochMetrics row;
    row.epoch = i;
    row.train = {0.16 + 0.62 * left, 0.942 - 0.22 * left, 40000};
    row.train_sample = {0.09 + 0.52 * left, 0.97 - 0.19 * left, 10000};
    row.validation = {0.2 + 0.4 * left + 0.0009 * i + wiggle, 0.934 - 0.15 * left - wiggle / 2, 20000};
    row.learning_rate = 0.001 / i;
    row.images_per_second = 5400 + i;
    row.seconds = 40000 / row.images_per_second + 1.5;
    epochs.push_back(row);
  }
  return epochs;
}

inline RunSummary sample_summary() {
  RunSummary summary;
  summary.version = "0.1.0";
  summary.architecture = "mnist_cnn";
  summary.architecture_fingerprint = std::string(64, 'a');
  summary.dataset = "fashion-mnist";
  summary.dataset_hash = std::string(64, 'b');
  summary.train_images = 40000;
  summary.validation_images = 20000;
  summary.test_images = 10000;
  summary.split_seed = 18446744073709551615u;
  summary.split_hash = std::string(64, 'c');
  summary.seed = 7;
  summary.threads = 2;
  summary.kernels = {"conv2d_1+relu_1: onednn", "dense_1: reference"};
  summary.epochs = 12;
  summary.best_epoch = 9;
  summary.max_validation_accuracy = 0.93125;
  summary.validation_loss_at_best = 0.2031;
  summary.train_accuracy_at_best = 0.9712;
  summary.train_loss_at_best = 0.0871;
  summary.train_sample_images = 10000;
  summary.images_per_second = 5432.1;
  summary.weights_hash = std::string(64, 'd');
  return summary;
}

}  // namespace tailor
