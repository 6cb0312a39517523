// The four figures that the original project reports of its one training, as means over a confirmed setting's
// final runs.
#pragma once

#include <optional>

#include "tailor/analysis/confirmation.h"
#include "tailor/analysis/estimate.h"

namespace tailor {

struct Figure {
  Estimate mean;               // over seeds; of one run: an accuracy's interval over images (Wilson)
  std::optional<double> sd{};  // between seeds
};

struct FourFigures {
  std::optional<Figure> max_validation_accuracy, train_accuracy_at_best;
  std::optional<Figure> test_accuracy, test_loss;  // nothing while the test images are sealed
};

FourFigures four_figures(const ConfirmationCandidate& candidate);

// The epoch with the best validation accuracy; ties: the lower validation loss, then the earlier. `history`
// is not empty.
const EpochMetrics& best_epoch(const std::vector<EpochMetrics>& history);

}  // namespace tailor
