// The objective of real studies: trains the study's network on the study's images. One copy of the images for
// all threads; each call has its own arena.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "tailor/data/image_set.h"
#include "tailor/data/split.h"
#include "tailor/train/metrics.h"
#include "tailor/train/trainer.h"
#include "tailor/tune/objective.h"
#include "tailor/tune/study_definition.h"

namespace tailor {

class TrainingObjective final : public Objective {
 public:
  // Bad input if the images, or the split of them, are not the study's. `test_images` opens the sealed ones;
  // called once, by a confirmation's first final run.
  TrainingObjective(const StudyDefinition& definition, ImageSet images,
                    std::function<ImageSet()> test_images = nullptr);

  ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int epoch, double value)>& report,
                      const std::function<bool()>& stop) override;

  // Training images that all threads have seen so far, for showing how fast it goes.
  std::int64_t images_trained() const { return images_trained_; }

 private:
  void measure_final_run(Trainer& trainer, const ObjectiveTask& task, const Split& split, Attributes& notes);
  const ImageSet& test_images();

  const StudyDefinition definition_;
  const ImageSet images_;
  const Split split_;
  const std::function<ImageSet()> open_test_;
  std::once_flag test_opened_;
  ImageSet test_images_;
  std::atomic<std::int64_t> images_trained_ = 0;
};

// The value after `epoch` epochs.
double measured(Measure measure, const std::vector<EpochMetrics>& history, int epoch);

}  // namespace tailor
