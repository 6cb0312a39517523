// Noise: how much results vary when nothing but the seed changes, from settings that were trained repeatedly.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/estimate.h"
#include "tailor/analysis/study_table.h"

namespace tailor {

// No interval: chi-square's holds for normal results only, and results of trainings have heavier tails or,
// where they are bounded, lighter ones, which a few seeds do not tell apart.
struct Noise {
  double sd = 0;                  // of one training, over seeds
  double degrees_of_freedom = 0;  // that it is estimated with
  // Of the difference of two settings trained with the same seed, over √2: below `sd` where a seed that is
  // good for one is good for the other. NaN without two settings that share two seeds.
  double paired_sd = 0;
};

// Values of settings (rows) by seeds (columns), NaN where a setting was not trained with a seed; nothing if
// no setting was trained twice. Variances within settings are pooled; where they differ between settings,
// there are fewer degrees of freedom (Satterthwaite, Biometrics Bulletin 2 (1946) 110).
std::optional<Noise> seed_noise(std::span<const std::vector<double>> values);

// Of a confirmation's winner, race and final runs together: settings differ in their noise, hopeless ones are
// the noisiest, and what counts is that of the recommended one. Before there is a winner, of all candidates.
std::optional<Noise> seed_noise(const ConfirmationTable& confirmation);

// The standard deviation of one result: the seeds' where it is known, else what the size of the validation
// set alone makes of the best one (a lower bound); none of older studies' losses.
std::optional<double> result_sd(const StudyTable& table, const std::optional<Noise>& noise);

// The share of the variance of a study's results that noise is, 0 to 1; `results` are those of many settings.
// NaN if they do not vary.
double noise_share(const Noise& noise, std::span<const double> results);

}  // namespace tailor
