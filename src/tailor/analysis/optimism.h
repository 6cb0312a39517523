// Optimism: the best of many noisy results is too good (the winner's curse). How much too good, once it is
// confirmed; and what to expect of it for those who do not confirm.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/estimate.h"

namespace tailor {

// What the best of `results` is worth: the mean over seeds to be expected of the setting that gave it, where
// each result has normal noise of this standard deviation. Needs 5 results at least.
//
// Empirical Bayes: above a threshold, the density of observed results is taken as exp(-a u - b u² / 2) in
// their distance u from it (an exponential or a normal tail, whatever the results say; b at most 1 / noise²,
// or noise could not have made it); Tweedie's formula (Efron, JASA 106 (2011) 1602) gives the mean and
// variance of the truth behind the best one; a and b are integrated over their posterior under a flat prior.
// Being chosen as the best needs no further correction, because the prior is that of all settings like it.
Estimate shrunken_best(std::span<const double> results, bool maximize, double noise_sd);

// claimed - confirmed; positive: too good, also of a minimised measure.
Estimate too_good_by(double claimed, const Estimate& confirmed, bool maximize);

// What accuracies on validation images, which chose the setting, exceed accuracies of the same trainings on
// test images by: [seed][image], which images were judged right. The interval covers other seeds and other
// images in both sets, which are two independent samples; seeds are crossed with each (crossed.h). The seeds'
// part is the variance of the differences; the images' parts, without the residuals that it contains, are
// added (interval_of_sum). `own_images`: each seed has validation images of its own,
// whose part is in the seeds' then. At least 2 seeds.
Estimate reuse(std::span<const std::vector<bool>> validation, std::span<const std::vector<bool>> test,
               bool own_images = false);

struct Optimism {
  double claimed = 0;                      // the best result of the study
  std::optional<Estimate> confirmed{};     // the confirmed winner on fresh seeds: its final runs
  std::optional<Estimate> same_setting{};  // the claimed setting on fresh seeds, which need not be the winner
  std::optional<Estimate> optimism{};      // claimed - same_setting, see too_good_by
  std::optional<Estimate> reuse{};         // of the claimed setting; of accuracies
  std::optional<Estimate> shrunken{};      // see shrunken_best; without a noise sd there is none
};

// `results` are those of the study's complete trials, at least one. With a confirmation the claim is what the
// study's best trial reported when the confirmation began.
Optimism optimism(std::span<const double> results, bool maximize, std::optional<double> noise_sd,
                  const ConfirmationTable* confirmation = nullptr);

}  // namespace tailor
