#include "tailor/tune/training_objective.h"

#include <algorithm>

#include "tailor/base/error.h"
#include "tailor/train/trainer.h"

namespace tailor {
namespace {

Split split_of(const StudyDefinition& d, const ImageSet& images) {
  if (images.content_hash != d.data.hash)
    throw bad_input("{}: the images are not the study's (hash {}, expected {})", d.data.name,
                    images.content_hash, d.data.hash);
  Split split = stratified_split(images.labels, static_cast<std::size_t>(d.data.train_images),
                                 static_cast<std::size_t>(d.data.validation_images), d.data.split_seed);
  if (split.hash != d.data.split_hash)
    throw bad_input("{}: its split is not the study's (hash {}, expected {})", d.data.name, split.hash,
                    d.data.split_hash);
  return split;
}

// Anything wrong with the file only means that the trial starts over.
void resume_if_possible(Trainer& trainer, const std::filesystem::path& checkpoint) {
  std::error_code ignored;
  if (checkpoint.empty() || !std::filesystem::exists(checkpoint, ignored)) return;
  try {
    trainer.resume();
  } catch (const Error&) {
  }
}

}  // namespace

double measured(Measure measure, const std::vector<EpochMetrics>& history, int epoch) {
  const auto count = static_cast<std::size_t>(epoch);
  const Score& last = history.at(count - 1).validation;
  if (measure == Measure::validation_loss) return last.loss;
  double accuracy = last.accuracy;
  if (measure == Measure::best_validation_accuracy) {
    for (std::size_t i = 0; i < count; ++i) accuracy = std::max(accuracy, history[i].validation.accuracy);
  }
  return accuracy;
}

TrainingObjective::TrainingObjective(const StudyDefinition& definition, ImageSet images)
    : architecture_(definition.architecture),
      measure_(definition.measure),
      images_(std::move(images)),
      split_(split_of(definition, images_)) {}

ObjectiveEnd TrainingObjective::run(const ObjectiveTask& task,
                                    const std::function<bool(int epoch, double value)>& report,
                                    const std::function<bool()>& stop) {
  Trainer trainer(architecture_, task.settings, images_, split_,
                  {.seed = task.seed, .checkpoint = task.checkpoint, .measure_sample = false});
  resume_if_possible(trainer, task.checkpoint);
  std::int64_t counted = 0;
  const TrainerCallbacks callbacks{.step =
                                       [&](std::int64_t done, std::int64_t) {
                                         images_trained_ += done >= counted ? done - counted : done;
                                         counted = done;
                                       },
                                   .stop = stop};
  for (int epoch = task.from + 1;; ++epoch) {
    const TrainingEnd end = trainer.run(callbacks, epoch);
    if (end == TrainingEnd::interrupted) return ObjectiveEnd::interrupted;
    const int done = static_cast<int>(trainer.history().size());
    if (epoch > done) return ObjectiveEnd::complete;  // by patience
    if (!report(epoch, measured(measure_, trainer.history(), epoch))) return ObjectiveEnd::stopped;
    if (epoch == task.settings.epochs) return ObjectiveEnd::complete;
    if (epoch == task.to) return ObjectiveEnd::paused;
  }
}

}  // namespace tailor
