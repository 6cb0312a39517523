// The four figures that the original project reports of its one training, as means over a confirmed setting's
// final runs.
#pragma once

#include <optional>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/estimate.h"

namespace tailor {

struct Figure {
  // Of several runs the interval is for other seeds, of the accuracy of a single one for other images (Wilson).
  Estimate mean;
  std::optional<double> sd{};  // between seeds
  bool other_images = false;   // whether the interval is for other images as well
};

struct FourFigures {
  std::optional<Figure> max_validation_accuracy, train_accuracy_at_best;
  std::optional<Figure> test_accuracy, test_loss;  // nothing while the test images are sealed
};

// The study's metric on test images, of at least two final runs that kept what each image contributes: for other seeds
// and other images of the same kind.
std::optional<Estimate> test_mean(const ConfirmationCandidate& candidate, bool maximize);

FourFigures four_figures(const ConfirmationCandidate& candidate);

// The epoch with the best validation accuracy; ties: the lower validation loss, then the earlier. `history`
// is not empty.
const EpochMetrics& best_epoch(const std::vector<EpochMetrics>& history);

// A default that is trained for as long as is best for accuracy has long overfitted by the loss. This is its validation
// loss where that is lowest, with a length that its runs of the race choose and its final runs measure, beside the
// winner's at its end. Test losses at that length are not known: test images meet networks at their end.
struct LossBaseline {
  int epochs = 0;  // where the race's runs of the default have the lowest mean validation loss
  Estimate untuned, untuned_at_end;  // final runs: there, and after all epochs
  Estimate winner;                   // final runs, at their end
  Estimate gain;  // how much lower the winner's is than the default's at its lowest, in pairs
};

// Nothing of a study by the loss, whose baselines are stopped by it anyhow; if the default's loss is lowest at its end, if the default won, or before both have two final runs.
std::optional<LossBaseline> loss_baseline(const ConfirmationTable& confirmation);

}  // namespace tailor
