// A metric with its 95 % interval over draws of images: what one network's score says of other images of the same kind.
// It says nothing of other seeds.
#pragma once

#include <array>

#include "tailor/train/measuring/image_values.h"
#include "tailor/train/measuring/metric.h"
#include "tailor/train/measuring/predictions.h"
#include "tailor/train/measuring/score.h"

namespace tailor {

struct MetricEstimate {
  double value = 0;
  Interval interval;  // 95 %
  double error = 0;   // standard error over images, to first order (image_values.h)
};
using MetricEstimates = std::array<MetricEstimate, metric_count>;

// The standard error of the mean of values that were drawn independently.
double standard_error(const MetricValues& values);

// How each interval is made, all in closed form; tests/train/measuring/coverage_test.cc and docs/metrics.md say how often they
// hold:
// - accuracy: Wilson's (metrics.h); loss: normal, above at least as on the logarithm's scale;
// - balanced accuracy: Wilson's for each class, joined as independent shares are (MOVER: Zou & Donner, Statistics in
//   Medicine 27 (2008) 1693), and at least Wilson's of as many images as would have this standard error;
// - macro F1: the same, since F1 / (2 - F1) is the share of true positives among the images that have the class or are
//   predicted to; widened by what the classes' dependence adds (image_values.h);
// - worst recall: below, the lowest of all classes' exact limits, which holds as each holds; above, the same with
//   Bonferroni's level, since any class may be the one that undercuts. It covers the lowest recall of the classes as they
//   are, of which the estimate, the lowest of the observed, is below on average;
// - area: normal on the logit scale, at least Wilson's of a few times the images of the scarcest class;
// - calibration error: chance alone makes it larger, most where it is small: below, less what chance adds on average;
//   above, without.
MetricEstimate estimate(Metric metric, const Predictions& predictions);
MetricEstimates estimate_all(const Predictions& predictions);

}  // namespace tailor
