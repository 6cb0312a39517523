// Gain: how much better the tuned setting is than another, on seeds that did not choose it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/estimate.h"

namespace tailor {

// The expected difference tuned - base of two settings trained with the same seeds, element by element
// (Student's t on the differences). It covers what the seed decides (initial weights, order of the images,
// dropout, augmentation); the images that are predicted stay the same.
Estimate paired_gain(std::span<const double> tuned, std::span<const double> base);

// The same for accuracies (0 to 1) on `images` test images, for other images of the same kind too: the
// variance of the difference over images is added to that over seeds (degrees of freedom: Satterthwaite's).
// Which images both settings get right is not known here, so the two are taken as independent: an interval
// that is somewhat too wide, never too narrow.
Estimate test_gain(std::span<const double> tuned, std::span<const double> base, std::int64_t images);

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
