// What a training measures after each epoch: the numbers behind metrics.csv and the curves.
#pragma once

#include "tailor/train/measuring/metric.h"
#include "tailor/train/measuring/predictions.h"
#include "tailor/train/measuring/score.h"

namespace tailor {

// One row of metrics.csv. Epochs count from 1.
struct EpochMetrics {
  int epoch = 0;
  Score train;                   // as seen while training: with augmentation and dropout, weights changing
  Score train_sample;            // after the epoch, without them, on a fixed sample of training images
  Score validation;              // after the epoch
  double learning_rate = 0;      // at the epoch's last step
  double images_per_second = 0;  // training only
  double seconds = 0;            // the whole epoch, measuring included
  double objective = 0;          // the training's metric (TrainerOptions::metric) of the validation images
  double objective_error = 0;    // its standard error over these images; 0 where not measured
  double temperature = 1;  // that logits are divided by from here on, in all that is measured on them above
};

// Whether the validation score alone gives this metric; the others are made of predictions.
bool score_has(Metric metric);
// Sets `objective` and its error, of the epoch's validation score or of these predictions.
void set_objective(EpochMetrics& epoch, Metric metric, const Predictions& predictions);
// Whether `a` is the better epoch: by the objective, and by the validation loss among equals.
bool better(Metric metric, const EpochMetrics& a, const EpochMetrics& b);

}  // namespace tailor
