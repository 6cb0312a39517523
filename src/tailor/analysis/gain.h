// Gain: how much better the tuned setting is than another, on seeds that did not choose it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/estimate.h"

namespace tailor {

// The expected difference tuned - base of two settings trained with the same seeds, element by element
// (Student's t on the differences). It covers what the seed decides (initial weights, order of the images,
// dropout, augmentation); the images that are predicted stay the same.
Estimate paired_gain(std::span<const double> tuned, std::span<const double> base);

// The expected difference of two settings' accuracies on test images, for other seeds and other images of the
// same kind: which images are judged right, [seed][image], by the same seeds and images in both. The variance
// of the mean difference over seeds is added to that over images, less what both contain (seeds and images
// crossed, each a random effect; degrees of freedom: Satterthwaite's). At least 2 seeds.
Estimate test_gain(std::span<const std::vector<bool>> tuned, std::span<const std::vector<bool>> base);

// The expected difference of two settings trained with different seeds (Welch's t). A setting that was
// trained once takes the other's variance.
Estimate unpaired_gain(std::span<const double> tuned, std::span<const double> base);

// Positive where the winner is better, also of a measure that is minimised.
struct Gain {
  Estimate validation{};           // winner - default, final runs
  std::optional<Estimate> test{};  // the same, once the test images were opened
  // Winner (final runs) - baseline (the race's runs), where there is such a baseline.
  std::optional<Estimate> over_random{}, over_one_epoch{}, over_best_random{};
  int pairs = 0;  // seeds that winner and default share
};

// Nothing before winner and default have two final runs each, nor if the default won.
std::optional<Gain> gain(const ConfirmationTable& confirmation);

}  // namespace tailor
