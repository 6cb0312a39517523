// The objective of real studies: trains the study's network on the study's images. One copy of the images for
// all threads; each call has its own arena.
#pragma once

#include <atomic>
#include <memory>

#include "tailor/data/image_set.h"
#include "tailor/data/split.h"
#include "tailor/train/metrics.h"
#include "tailor/tune/objective.h"
#include "tailor/tune/study_definition.h"

namespace tailor {

class TrainingObjective final : public Objective {
 public:
  // Bad input if the images, or the split of them, are not the study's.
  TrainingObjective(const StudyDefinition& definition, ImageSet images);

  ObjectiveEnd run(const ObjectiveTask& task, const std::function<bool(int epoch, double value)>& report,
                   const std::function<bool()>& stop) override;

  // Training images that all threads have seen so far, for showing how fast it goes.
  std::int64_t images_trained() const { return images_trained_; }

 private:
  const Architecture architecture_;
  const Measure measure_;
  const ImageSet images_;
  const Split split_;
  std::atomic<std::int64_t> images_trained_ = 0;
};

// The value after `epoch` epochs.
double measured(Measure measure, const std::vector<EpochMetrics>& history, int epoch);

}  // namespace tailor
