// A metric as a mean over images: each image's share in it, to first order.
#pragma once

#include <vector>

#include "tailor/train/measuring/metric.h"
#include "tailor/train/measuring/predictions.h"

namespace tailor {

struct MetricValues {
  double value = 0;              // the metric
  std::vector<double> of_image;  // in the predictions' order
};

// One value for each image. Their mean is the metric itself, and what they differ is its influence function (Hampel,
// JASA 69 (1974) 383): so their variance over images, divided by their number, is the metric's variance over draws of
// images, in the limit of many. For accuracy it is 1 or 0, for the loss the image's loss; of the area under
// the curve it is DeLong's placement values (Biometrics 44 (1988) 837). At least one image; of the area at least
// two classes with images, else NaN.
MetricValues image_values(Metric metric, const Predictions& predictions);

// The bin of a probability among those of the calibration error.
inline constexpr int calibration_bins = 15;
int calibration_bin(double probability);

}  // namespace tailor
