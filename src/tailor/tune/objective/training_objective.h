// The objective of real studies: trains the study's network on the study's images. One copy of the images for
// all threads; each call has its own arena.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "tailor/data/folds.h"
#include "tailor/data/image_set.h"
#include "tailor/data/split.h"
#include "tailor/train/metrics.h"
#include "tailor/train/trainer.h"
#include "tailor/tune/objective/study_memory.h"
#include "tailor/tune/study/objective.h"
#include "tailor/tune/study/study_definition.h"

namespace tailor {

// How a confirmation's final runs come by the sealed test images.
struct SealedImages {
  std::function<ImageSet()> read = nullptr;
  // With images that were read and fit, before anything is measured on them: writes the opening down.
  std::function<void(const ImageSet&)> opened = nullptr;
};

class TrainingObjective final : public Objective {
 public:
  // Bad input if the images, or the split of them, are not the study's. The sealed ones are opened once, by
  // the first final run of a confirmation that is trained to the end; what goes wrong then ends the worker.
  // `warn` gets what people should know of a trial that goes on all the same; any thread may call it.
  TrainingObjective(const StudyDefinition& definition, ImageSet images, SealedImages sealed = {},
                    std::function<void(const std::string&)> warn = nullptr);

  // A MemoryError if so many trainings, each as large as the study may make any, do not fit into memory: the
  // result of a study must not hang on which of its trials a machine has room for.
  void check_room(int tasks) const override;
  int tasks_with_room() const;

  ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int epoch, double value)>& report,
                      const std::function<bool()>& stop) override;

  // Training images that all threads have seen so far, for showing how fast it goes.
  std::int64_t images_trained() const { return images_trained_; }

 private:
  ObjectiveResult train(const ObjectiveTask& task, const std::function<bool(int epoch, double value)>& report,
                        const std::function<bool()>& stop);
  ObjectiveResult train_folds(const ObjectiveTask& task,
                              const std::function<bool(int epoch, double value)>& report,
                              const std::function<bool()>& stop);
  TrainerOptions options(const ObjectiveTask& task) const;
  TrainerCallbacks callbacks(const std::function<bool()>& stop);
  void measure_final_run(Trainer& trainer, const ObjectiveTask& task, const Split& split, Attributes& notes);
  bool train_final_network(const ObjectiveTask& task, int epochs, double temperature,
                           const Predictions& validation, const TrainerCallbacks& callbacks,
                           Attributes& notes);
  void measure_test(Evaluator& evaluator, const Predictions& validation, Attributes& notes);
  const ImageSet& test_images();

  const StudyDefinition definition_;
  const ImageSet images_;
  const Folds folds_;  // of a study that has some
  const Split split_;  // of one that has none
  const SealedImages sealed_;
  const std::function<void(const std::string&)> warn_;
  const LargestTraining largest_;
  std::once_flag test_opened_;
  ImageSet test_images_;
  std::atomic<std::int64_t> images_trained_ = 0;
};

// The value after `epoch` epochs.
double measured(Measure measure, const std::vector<EpochMetrics>& history, int epoch);

}  // namespace tailor
