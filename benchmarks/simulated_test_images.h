// The test images of a confirmation, simulated: which of them a tuned and an untuned network judge right, for
// some seeds. Seeds and images are both random: images differ in difficulty and in what tuning does for them,
// seeds in how good they make a network, and a seed has its own luck with each image. Used by `calibration`.
#pragma once

#include <vector>

#include "tailor/base/random.h"

namespace tailor {

struct TestImagesPlan {
  int seeds = 5, images = 1000;
  double accuracy = 0.9;  // about, of the untuned network
  double gain = 0.3;      // of tuning, on the probit scale
  double seed_sd = 0.05;  // of a seed's effect on one network; on the same scale
};

struct TestImagesRun {
  std::vector<std::vector<float>> tuned{}, base{};  // [seed][image]: 1 if judged right, else 0
};

TestImagesRun simulate_test_images(const TestImagesPlan& plan, Key key);
// The expected difference of the accuracies over all seeds and images.
double true_test_gain(const TestImagesPlan& plan);

}  // namespace tailor
