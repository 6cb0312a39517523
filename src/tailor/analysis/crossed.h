// What each of many images contributes to a metric of each of a few trainings (whether it is judged right, its
// loss): seeds and images crossed, each a random effect, and what both make of the mean. The intervals of test
// images' figures are made of it.
#pragma once

#include <span>
#include <vector>

#include "tailor/analysis/estimate.h"

namespace tailor {

struct Crossed {
  std::vector<double> of_seed;  // means over images
  // Variances of the grand mean, as seeds and as images alone tell them; both contain the residual's part.
  double over_seeds = 0, over_images = 0;
  double residual = 0;  // of what is neither the seed's nor the image's; below 0 by chance

  // Without the residual, which the seeds' part contains already.
  double images_alone() const;
};

// Of values[seed][image] (image_values.h of train/measuring), less `minus` where that is given (of the same size). At
// least 2 seeds and 2 images.
Crossed crossed(std::span<const std::vector<float>> values, std::span<const std::vector<float>> minus = {});
// Of accuracies: whether each image is judged right.
Crossed crossed(std::span<const std::vector<bool>> right, std::span<const std::vector<bool>> minus = {});

// The mean over seeds and images, for other seeds and other images of the same kind: the variance over seeds and that
// over images, less what both contain (see interval_of_sum).
Estimate interval_of(const Crossed& crossed, std::size_t images);

}  // namespace tailor
