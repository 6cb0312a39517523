#include "tailor/tune/objective/training_objective.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tailor/base/memory.h"
#include "tailor/train/measuring/image_values.h"
#include "tailor/train/trainer.h"
#include "tailor/tune/objective/training_notes.h"

namespace tailor {
namespace {

Split draw_split(const StudyDefinition& d, const ImageSet& images, std::uint64_t seed) {
  return split_images(images, static_cast<std::size_t>(d.data.train_images),
                      static_cast<std::size_t>(d.data.validation_images), seed);
}

Split split_of(const StudyDefinition& d, const ImageSet& images) {
  if (images.content_hash != d.data.hash)
    throw bad_input("{}: the images are not the study's (hash {}, expected {})", d.data.name,
                    images.content_hash, d.data.hash);
  Split split = draw_split(d, images, d.data.split_seed);
  if (split.hash != d.data.split_hash)
    throw bad_input("{}: its split is not the study's (hash {}, expected {})", d.data.name, split.hash,
                    d.data.split_hash);
  return split;
}

// Anything wrong with the file only means that the trial starts over, which is said.
void resume_if_possible(Trainer& trainer, const std::filesystem::path& checkpoint,
                        const std::function<void(const std::string&)>& warn) {
  std::error_code ignored;
  if (checkpoint.empty() || !std::filesystem::exists(checkpoint, ignored)) return;
  try {
    trainer.resume();
  } catch (const Error& error) {
    if (warn) warn(fmt::format("{}; its trial starts over, with the same result", error.what()));
  }
}

// What this machine cannot train at all is said at once, not trial by trial.
const StudyDefinition& checked(const StudyDefinition& definition) {
  if (definition.base().precision == "bf16" || definition.space.find("precision")) require_bf16();
  return definition;
}

}  // namespace

double measured(Measure measure, const std::vector<EpochMetrics>& history, int epoch) {
  const auto count = static_cast<std::size_t>(epoch);
  double value = history.at(count - 1).objective;
  if (measure == Measure::best_validation_accuracy) {
    for (std::size_t i = 0; i < count; ++i) value = std::max(value, history[i].objective);
  }
  return value;
}

TrainingObjective::TrainingObjective(const StudyDefinition& definition, ImageSet images, SealedImages sealed,
                                     std::function<void(const std::string&)> warn)
    : definition_(definition),
      images_(std::move(images)),
      split_(split_of(checked(definition), images_)),
      sealed_(std::move(sealed)),
      warn_(std::move(warn)),
      largest_(largest_training(definition)) {}

int TrainingObjective::tasks_with_room() const {
  return static_cast<int>(std::min<std::uint64_t>(memory_room().bytes / largest_.bytes, 1'000'000));
}

void TrainingObjective::check_room(int tasks) const {
  const int most = tasks_with_room();
  require_memory(
      static_cast<std::uint64_t>(tasks) * largest_.bytes,
      fmt::format("{} of up to {} images a batch, as the study may ask for,",
                  tasks == 1 ? "a training" : fmt::format("{} trainings at once", tasks),
                  largest_.batch_size),
      most > 0 ? fmt::format("give --jobs {}, or narrow batch_size in the search space", most)
               : "narrow batch_size in the search space, take smaller images, or work on another machine");
}

ObjectiveResult TrainingObjective::run(const ObjectiveTask& task,
                                       const std::function<bool(int epoch, double value)>& report,
                                       const std::function<bool()>& stop) {
  try {
    return train(task, report, stop);
  } catch (const DivergedError&) {
    throw;
  } catch (const CheckpointError&) {
    throw;
  } catch (const WorkerError&) {
    throw;
  } catch (const Error& error) {
    // A setting that does not fit is a usage error or bad input; what else fails here may not fail elsewhere.
    if (error.code() == ExitCode::failed) throw MachineError(error.code(), error.what());
    throw;
  }
}

ObjectiveResult TrainingObjective::train(const ObjectiveTask& task,
                                         const std::function<bool(int epoch, double value)>& report,
                                         const std::function<bool()>& stop) {
  const Repetition& repetition = task.repetition;
  std::optional<Split> own;
  if (repetition.split_seed) own = draw_split(definition_, images_, *repetition.split_seed);
  const Split& split = own ? *own : split_;
  Trainer trainer(definition_.architecture, task.settings, images_, split,
                  {.seed = repetition.seed,
                   .metric = metric_of(definition_.measure),
                   .checkpoint = task.checkpoint,
                   .measure_sample = repetition.final_run});
  resume_if_possible(trainer, task.checkpoint, warn_);
  std::int64_t counted = 0;
  const TrainerCallbacks callbacks{.step =
                                       [&](std::int64_t done, std::int64_t) {
                                         images_trained_ += done >= counted ? done - counted : done;
                                         counted = done;
                                       },
                                   .stop = stop};
  ObjectiveResult result = ObjectiveEnd::interrupted;
  for (int epoch = task.from + 1; result.end == ObjectiveEnd::interrupted; ++epoch) {
    if (trainer.run(callbacks, epoch) == TrainingEnd::interrupted) return result;
    const std::vector<EpochMetrics>& history = trainer.history();
    const bool patience_ended = epoch > static_cast<int>(history.size());
    if (!patience_ended && !report(epoch, measured(definition_.measure, history, epoch))) {
      result.end = ObjectiveEnd::stopped;
    } else if (patience_ended || epoch == task.settings.epochs) {
      result.end = ObjectiveEnd::complete;
    } else if (epoch == task.to) {
      result.end = ObjectiveEnd::paused;
    }
  }
  result.kernels = distinct_kernels(trainer.network().kernels());
  result.notes[note_key::history] = history_note(trainer.history());
  if (repetition.final_run && result.end == ObjectiveEnd::complete)
    measure_final_run(trainer, task, split, result.notes);
  return result;
}

// The weights that the measure is of; what they get wrong among validation images; and the test images, if
// these may be opened.
void TrainingObjective::measure_final_run(Trainer& trainer, const ObjectiveTask& task, const Split& split,
                                          Attributes& notes) {
  const bool best = definition_.measure == Measure::best_validation_accuracy;
  Workers workers(1);
  Network network(definition_.architecture,
                  {.max_batch = measuring_batch(definition_.architecture), .training = false}, workers);
  const AlignedFloats& values = best ? trainer.best_values() : trainer.measured_values();
  network.use(values);
  const Augmenter plain(images_.shape, trainer.normalization(), {});
  Evaluator evaluator(network, plain, images_.shape, views(task.settings), workers);
  evaluator.use_temperature(best ? trainer.temperature() : trainer.history().back().temperature);
  const Predictions validation = evaluator.predict(images_, split.validation);
  notes[note_key::mistakes] = mistakes_note(find_mistakes(validation, split.validation));
  if (!definition_.confirmation->open_test) return;
  const ImageSet& test = test_images();
  std::vector<std::uint32_t> all(test.count());
  std::iota(all.begin(), all.end(), 0u);
  Predictions said;
  const Score score = evaluator.measure(test, all, &said);
  TestNote note{score, judge(said), test.content_hash, judge(validation), metric_of(definition_.measure)};
  if (note.metric != Metric::accuracy) {
    const MetricValues values = image_values(note.metric, said);
    if (std::isfinite(values.value)) note.values.assign(values.of_image.begin(), values.of_image.end());
  }
  notes[note_key::test] = test_note(note);
}

const ImageSet& TrainingObjective::test_images() {
  std::call_once(test_opened_, [this] {
    try {
      ImageSet images = sealed_.read();
      check_images(images, images_.shape, definition_.architecture.classes,
                   definition_.data.name + ": the test images");
      sealed_.opened(images);
      test_images_ = std::move(images);
    } catch (const Error& error) {
      throw WorkerError(error.code(), error.what());
    }
  });
  return test_images_;
}

}  // namespace tailor
