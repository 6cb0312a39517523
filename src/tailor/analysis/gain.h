// Gain: how much better the tuned setting is than another, on seeds that did not choose it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/estimate.h"
#include "tailor/analysis/statistics.h"

namespace tailor {

// The expected difference tuned - base of two settings trained with the same seeds, element by element
// (Student's t on the differences). It covers what the seed decides (initial weights, order of the images,
// dropout, augmentation); the images that are predicted stay the same.
Estimate paired_gain(std::span<const double> tuned, std::span<const double> base);

// The expected difference of two settings' metric on test images, for other seeds and other images of the
// same kind: what each image contributes, [seed][image], by the same seeds and images in both. The variance
// of the mean difference over seeds is added to that over images, less what both contain (seeds and images
// crossed, each a random effect; see interval_of_sum). At least 2 seeds.
Estimate test_gain(std::span<const std::vector<float>> tuned, std::span<const std::vector<float>> base);

// The expected difference of two settings trained with different seeds (Welch's t), or of a setting and the
// mean of many of them, where each element is another one. A setting that was trained once takes the other's
// variance.
Estimate unpaired_gain(std::span<const double> tuned, std::span<const double> base,
                       double level = seeds_confidence);

// Of the mean of fewer than 16 random settings, whose accuracies have a long tail below: with 8, Student's t
// held 91 to 92 % of the time at 96.5 %, and 94.5 to 95 at 99 (docs/confirming.md).
inline constexpr double few_settings_confidence = 0.99;

// How much better one candidate is than another, by final runs with the same seeds. Positive where it is
// better, also of a measure that is minimised.
struct PairedGain {
  Estimate validation{};  // see paired_gain
  std::optional<Estimate>
      test{};     // see test_gain, in the study's own metric; once the test images were opened
  int pairs = 0;  // seeds that both have
};

// Nothing before they share two seeds.
std::optional<PairedGain> gain_over(const ConfirmationTable& confirmation, std::size_t tuned,
                                    std::size_t base);

// One step of the way from the default to the winner.
struct GainStep {
  std::string from, to;  // candidate_role, or "winner"
  PairedGain gain;
};

// Of the winner over the untuned default, and over other baselines where there are such.
struct Gain : PairedGain {
  std::optional<PairedGain> over_best_length{};  // the default at its best length
  std::optional<PairedGain> over_by_hand{};      // the default with what the study fixed by hand
  std::optional<PairedGain> by_hand{};           // of that one over the default: nobody tuned it
  // default → best length → by hand → winner, without those that there are not: the parts of the gain.
  std::vector<GainStep> steps{};
  // Winner (final runs) - the mean of random settings (see random_settings), each with a seed of the
  // winner's: the interval covers the draw of the settings, their seeds and the winner's. That some seeds are
  // the same makes it no narrower (a seed that is good for one may be good for the other). Nothing of losses:
  // their mean is that of the few worst settings, which so few draws do not tell.
  std::optional<Estimate> over_random{};
  std::optional<Estimate> random_over_default{};  // their mean - the default (final runs)
  int random_settings = 0, random_failed = 0;
  // Winner (final runs) - baseline (the race's runs); without bounds.
  std::optional<Estimate> over_one_epoch{}, over_best_random{};
};

// Nothing before winner and default have two final runs each, nor if the default won.
std::optional<Gain> gain(const ConfirmationTable& confirmation);

// What the random settings of a confirmation reached, one value each. One that failed, as by diverging,
// counts as a network that knows nothing (ConfirmationTable::chance), or as the worst of the others if that
// is worse.
struct RandomSettings {
  std::vector<double> values;  // failed ones last
  int failed = 0;
  bool ended = true;  // all of them
};
RandomSettings random_settings(const ConfirmationTable& confirmation);

}  // namespace tailor
