#include "tailor/tune/objective/training_objective.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "tailor/base/file.h"
#include "tailor/base/memory.h"
#include "tailor/train/fold_trainer.h"
#include "tailor/train/measuring/image_values.h"
#include "tailor/train/measuring/metric_estimate.h"
#include "tailor/train/trainer.h"
#include "tailor/tune/objective/training_notes.h"

namespace tailor {
namespace {

Split draw_split(const StudyDefinition& d, const ImageSet& images, std::uint64_t seed) {
  return split_images(images, static_cast<std::size_t>(d.data.train_images),
                      static_cast<std::size_t>(d.data.validation_images), seed);
}

Folds draw_folds(const StudyDefinition& d, const ImageSet& images, std::uint64_t seed) {
  return make_folds(images, d.data.folds, seed, "folds");
}

void check_parts(const StudyDefinition& d, const std::string& what, const std::string& hash) {
  if (hash != d.data.split_hash)
    throw bad_input("{}: its {} not the study's (hash {}, expected {})", d.data.name, what, hash,
                    d.data.split_hash);
}

const ImageSet& check_hash(const StudyDefinition& d, const ImageSet& images) {
  if (images.content_hash != d.data.hash)
    throw bad_input("{}: the images are not the study's (hash {}, expected {})", d.data.name,
                    images.content_hash, d.data.hash);
  return images;
}

Folds folds_of(const StudyDefinition& d, const ImageSet& images) {
  check_hash(d, images);
  if (d.data.folds == 0) return {};
  Folds folds = draw_folds(d, images, d.data.split_seed);
  check_parts(d, "folds are", folds.hash);
  return folds;
}

Split split_of(const StudyDefinition& d, const ImageSet& images) {
  if (d.data.folds > 0) return {};
  Split split = draw_split(d, images, d.data.split_seed);
  check_parts(d, "split is", split.hash);
  return split;
}

bool can_resume(const Trainer&, const std::filesystem::path& checkpoint) {
  return !checkpoint.empty() && is_there(checkpoint);
}
bool can_resume(const FoldTrainer& trainer, const std::filesystem::path&) { return trainer.can_resume(); }

// Anything wrong with the file only means that the trial starts over, which is said.
template <class T, class... Args>
std::unique_ptr<T> resumed(const std::function<void(const std::string&)>& warn, const TrainerOptions& options,
                           const Args&... args) {
  auto trainer = std::make_unique<T>(args..., options);
  if (!can_resume(*trainer, options.checkpoint)) return trainer;
  try {
    trainer->resume();
    return trainer;
  } catch (const Error& error) {
    if (warn) warn(fmt::format("{}; its trial starts over, with the same result", error.what()));
  }
  trainer.reset();  // its memory first
  return std::make_unique<T>(args..., options);
}

// Trains on epoch by epoch until the task is done; what is noted is left to the caller.
template <class T>
ObjectiveEnd follow(T& trainer, const ObjectiveTask& task, Measure measure, const TrainerCallbacks& callbacks,
                    const std::function<bool(int epoch, double value)>& report) {
  for (int epoch = task.from + 1;; ++epoch) {
    if (trainer.run(callbacks, epoch) == TrainingEnd::interrupted) return ObjectiveEnd::interrupted;
    const std::vector<EpochMetrics>& history = trainer.history();
    const bool patience_ended = epoch > static_cast<int>(history.size());
    if (!patience_ended && !report(epoch, measured(measure, history, epoch))) return ObjectiveEnd::stopped;
    if (patience_ended || epoch == task.settings.epochs) return ObjectiveEnd::complete;
    if (epoch == task.to) return ObjectiveEnd::paused;
  }
}

// With the kernels and the history, which an interrupted training, as it goes on later, has no use for.
template <class T>
ObjectiveResult noted(ObjectiveEnd end, T& trainer) {
  ObjectiveResult result = end;
  if (end == ObjectiveEnd::interrupted) return result;
  result.kernels = distinct_kernels(trainer.network().kernels());
  result.notes[note_key::history] = history_note(trainer.history());
  return result;
}

// Weights as they are evaluated.
struct FinalNetwork {
  Workers workers{1};
  Network network;
  Augmenter plain;
  Evaluator evaluator;

  FinalNetwork(const Architecture& architecture, const Shape& shape, const Trainer& trainer,
               const Views& views, const AlignedFloats& values, double temperature)
      : network(architecture, {.max_batch = measuring_batch(architecture), .training = false}, workers),
        plain(shape, trainer.normalization(), {}),
        evaluator(network, plain, shape, views, workers) {
    network.use(values);
    evaluator.use_temperature(temperature);
  }
};

void note_metrics(const Predictions& validation, Attributes& notes) {
  notes[note_key::metrics] = metrics_note({estimate_all(validation), std::nullopt});
}

std::vector<std::uint32_t> all_of(const ImageSet& images) {
  std::vector<std::uint32_t> all(images.count());
  std::iota(all.begin(), all.end(), 0u);
  return all;
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
      folds_(folds_of(checked(definition), images_)),
      split_(split_of(definition, images_)),
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
    return definition_.data.folds > 0 ? train_folds(task, report, stop) : train(task, report, stop);
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
  const std::unique_ptr<Trainer> trainer =
      resumed<Trainer>(warn_, options(task), definition_.architecture, task.settings, images_, split);
  ObjectiveResult result =
      noted(follow(*trainer, task, definition_.measure, callbacks(stop), report), *trainer);
  if (result.end != ObjectiveEnd::complete) return result;
  if (repetition.final_run) {
    measure_final_run(*trainer, task, split, result.notes);
  } else {
    const bool best = definition_.measure == Measure::best_validation_accuracy;
    note_metrics(best ? trainer->predictions() : trainer->last_predictions(), result.notes);
  }
  return result;
}

// A final run's judgements of validation images are those of the folds' networks; the test images meet one network that
// was trained on all images.
ObjectiveResult TrainingObjective::train_folds(const ObjectiveTask& task,
                                               const std::function<bool(int epoch, double value)>& report,
                                               const std::function<bool()>& stop) {
  const Repetition& repetition = task.repetition;
  std::optional<Folds> own;
  if (repetition.split_seed) own = draw_folds(definition_, images_, *repetition.split_seed);
  const Folds& folds = own ? *own : folds_;
  std::unique_ptr<FoldTrainer> trainer =
      resumed<FoldTrainer>(warn_, options(task), definition_.architecture, task.settings, images_, folds);
  const TrainerCallbacks how = callbacks(stop);
  ObjectiveResult result = noted(follow(*trainer, task, definition_.measure, how, report), *trainer);
  if (result.end != ObjectiveEnd::complete) return result;
  const bool best = definition_.measure == Measure::best_validation_accuracy;
  const Predictions validation = best ? trainer->best_predictions() : trainer->last_predictions();
  note_metrics(validation, result.notes);
  if (!repetition.final_run) return result;
  const double temperature = best ? trainer->temperature() : trainer->history().back().temperature;
  const int epochs = best ? trainer->best_epoch() : static_cast<int>(trainer->history().size());
  trainer.reset();  // its memory is needed
  result.notes[note_key::mistakes] = mistakes_note(find_mistakes(validation, all_of(images_)));
  if (definition_.confirmation->open_test &&
      !train_final_network(task, epochs, temperature, validation, how, result.notes))
    result.end = ObjectiveEnd::interrupted;
  return result;
}

TrainerOptions TrainingObjective::options(const ObjectiveTask& task) const {
  return {.seed = task.repetition.seed,
          .metric = metric_of(definition_.measure),
          .checkpoint = task.checkpoint,
          .measure_sample = task.repetition.final_run};
}

TrainerCallbacks TrainingObjective::callbacks(const std::function<bool()>& stop) {
  return {.step =
              [this, counted = std::int64_t{0}](std::int64_t done, std::int64_t) mutable {
                images_trained_ += done >= counted ? done - counted : done;
                counted = done;
              },
          .stop = stop};
}

// The weights that the measure is of; what they get wrong among validation images; and the test images, if
// these may be opened.
void TrainingObjective::measure_final_run(Trainer& trainer, const ObjectiveTask& task, const Split& split,
                                          Attributes& notes) {
  const bool best = definition_.measure == Measure::best_validation_accuracy;
  FinalNetwork network(definition_.architecture, images_.shape, trainer, views(task.settings),
                       best ? trainer.best_values() : trainer.measured_values(),
                       best ? trainer.temperature() : trainer.history().back().temperature);
  const Predictions validation = network.evaluator.predict(images_, split.validation);
  note_metrics(validation, notes);
  notes[note_key::mistakes] = mistakes_note(find_mistakes(validation, split.validation));
  if (definition_.confirmation->open_test) measure_test(network.evaluator, validation, notes);
}

// False if the caller stops.
bool TrainingObjective::train_final_network(const ObjectiveTask& task, int epochs, double temperature,
                                            const Predictions& validation, const TrainerCallbacks& callbacks,
                                            Attributes& notes) {
  const Split all = all_images(images_, definition_.data.split_seed);
  const std::filesystem::path file =
      task.checkpoint.empty() ? task.checkpoint : task.checkpoint / "final.safetensors";
  const std::unique_ptr<Trainer> trainer = resumed<Trainer>(
      warn_, {.seed = task.repetition.seed, .all_images = true, .checkpoint = file, .measure_sample = false},
      definition_.architecture, final_settings(task.settings), images_, all);
  if (trainer->run(callbacks, epochs) == TrainingEnd::interrupted) return false;
  FinalNetwork network(definition_.architecture, images_.shape, *trainer, views(task.settings),
                       trainer->measured_values(), temperature);
  measure_test(network.evaluator, validation, notes);
  return true;
}

void TrainingObjective::measure_test(Evaluator& evaluator, const Predictions& validation, Attributes& notes) {
  const ImageSet& test = test_images();
  Predictions said;
  const Score score = evaluator.measure(test, all_of(test), &said);
  TestNote note{score, judge(said), test.content_hash, judge(validation), metric_of(definition_.measure)};
  if (note.metric != Metric::accuracy) {
    const MetricValues values = image_values(note.metric, said);
    if (std::isfinite(values.value)) note.values.assign(values.of_image.begin(), values.of_image.end());
  }
  notes[note_key::test] = test_note(note);
  notes[note_key::metrics] = metrics_note({estimate_all(validation), estimate_all(said)});
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
