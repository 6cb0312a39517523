#include "tailor/train/fold_trainer.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/memory.h"
#include "tailor/base/random.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/measuring/temperature.h"
#include "tailor/train/training_memory.h"

namespace tailor {
namespace {

// What a fold must not decide by itself.
TrainerOptions of_fold(const TrainerOptions& options, std::size_t fold, const std::filesystem::path& file) {
  TrainerOptions own = options;
  own.seed = Key(options.seed).with(Purpose::trial).with(Purpose::split).bits(fold) >> 11;
  own.metric = Metric::accuracy;
  own.checkpoint = file;
  return own;
}

void put(Predictions& all, const Predictions& part, const std::vector<std::uint32_t>& indices) {
  const auto classes = static_cast<std::size_t>(all.classes);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::span<const float> logits = part.of(i);
    std::copy(logits.begin(), logits.end(),
              all.logits.begin() + static_cast<std::ptrdiff_t>(indices[i] * classes));
  }
}

Predictions without_logits(const ImageSet& images, int classes) {
  Predictions all;
  all.classes = classes;
  all.labels.assign(images.labels.begin(), images.labels.end());
  all.logits.resize(images.count() * static_cast<std::size_t>(classes));
  return all;
}

void add(Score& sum, const Score& part) {
  sum.loss += part.loss * static_cast<double>(part.count);
  sum.accuracy += part.accuracy * static_cast<double>(part.count);
  sum.count += part.count;
}

void divide_by_count(Score& sum) {
  if (sum.count == 0) return;
  sum.loss /= static_cast<double>(sum.count);
  sum.accuracy /= static_cast<double>(sum.count);
}

}  // namespace

Settings final_settings(const Settings& settings) {
  Settings own = settings;
  own.patience = 0;
  own.temperature_scaling = false;
  return own;
}

FoldTrainer::FoldTrainer(const Architecture& architecture, const Settings& settings, const ImageSet& images,
                         const Folds& folds, const TrainerOptions& options)
    : settings_(settings),
      images_(images),
      folds_(folds),
      options_(options),
      identity_(training_identity(architecture, settings, images, folds.hash, options)) {
  check_settings(settings, architecture);
  const std::set<std::uint16_t> classes(images.labels.begin(), images.labels.end());
  if (options.metric == Metric::auc && classes.size() < 2)
    throw bad_input("the objective auc tells classes apart, but all images are of class {}",
                    images.labels.at(0));
  require_memory(
      cross_validation_bytes(architecture, settings, folds.count(), folds.largest_train(), images.count()),
      fmt::format("a network for each of {} folds", folds.count()), "give fewer folds, or lower batch_size");
  for (std::size_t f = 0; f < folds.count(); ++f) {
    files_.push_back(options.checkpoint.empty()
                         ? std::filesystem::path()
                         : options.checkpoint / fmt::format("fold-{}.safetensors", f + 1));
    trainers_.push_back(std::make_unique<Trainer>(architecture, final_settings(settings), images,
                                                  folds.splits[f], of_fold(options, f, files_[f])));
  }
}

TrainingEnd FoldTrainer::run(const TrainerCallbacks& callbacks, int until_epoch) {
  const ComputeScope scope;
  if (!options_.checkpoint.empty()) {
    std::error_code code;
    std::filesystem::create_directory(options_.checkpoint, code);
    if (code)
      throw CheckpointError(ExitCode::failed, fmt::format("{}: cannot make the folder: {}",
                                                          options_.checkpoint.string(), code.message()));
  }
  while (epoch() <= settings_.epochs) {
    if (state_.out_of_patience(settings_.patience)) return TrainingEnd::patience;
    if (epoch() > until_epoch) return TrainingEnd::paused;
    if (!train_epoch(callbacks)) return TrainingEnd::interrupted;
  }
  return TrainingEnd::finished;
}

// False if the caller stops. A fold may be ahead by this epoch, or behind, if the last process ended between their
// checkpoints; each then gives what it gave before.
bool FoldTrainer::train_epoch(const TrainerCallbacks& callbacks) {
  Predictions all = without_logits(images_, network().classes());
  std::int64_t before = 0;
  for (std::size_t f = 0; f < trainers_.size(); ++f) {
    Trainer& trainer = *trainers_[f];
    const std::vector<std::uint32_t>& validation = folds_.splits[f].validation;
    if (std::ssize(trainer.history()) >= epoch()) {
      put(all, trainer.last_predictions(), validation);
    } else {
      TrainerCallbacks own{.validated = [&](const Predictions& part) { put(all, part, validation); },
                           .stop = callbacks.stop};
      if (callbacks.step)
        own.step = [&](std::int64_t done, std::int64_t) { callbacks.step(before + done, images_in_epoch()); };
      try {
        if (trainer.run(own, epoch()) == TrainingEnd::interrupted) return false;
      } catch (const DivergedError& error) {
        throw DivergedError(error.code(),
                            fmt::format("fold {} of {}: {}", f + 1, folds_.count(), error.what()));
      }
    }
    before += static_cast<std::int64_t>(folds_.splits[f].train.size());
  }
  finish_epoch(std::move(all), callbacks);
  return true;
}

void FoldTrainer::finish_epoch(Predictions predictions, const TrainerCallbacks& callbacks) {
  EpochMetrics m;
  m.epoch = epoch();
  double training_seconds = 0;
  for (const auto& trainer : trainers_) {
    const EpochMetrics& own = trainer->history().back();
    add(m.train, own.train);
    add(m.train_sample, own.train_sample);
    training_seconds += static_cast<double>(own.train.count) / own.images_per_second;
    m.seconds += own.seconds;
    m.learning_rate = own.learning_rate;
  }
  divide_by_count(m.train);
  divide_by_count(m.train_sample);
  m.images_per_second = static_cast<double>(m.train.count) / training_seconds;
  if (settings_.temperature_scaling) {
    m.temperature = best_temperature(predictions);
    divide_logits(predictions, m.temperature);
  }
  m.validation = score_of(predictions);
  set_objective(m, options_.metric, predictions);
  if (callbacks.validated) callbacks.validated(predictions);
  const int best = state_.best_epoch;
  if (best == 0 || better(options_.metric, m, state_.history[static_cast<std::size_t>(best) - 1])) {
    state_.best_epoch = m.epoch;
    state_.best.assign(predictions.logits.begin(), predictions.logits.end());
  }
  state_.history.push_back(m);
  if (callbacks.epoch) callbacks.epoch(m);
  if (!options_.checkpoint.empty()) write_checkpoint(common_file(), state_, identity_);
}

std::filesystem::path FoldTrainer::common_file() const { return options_.checkpoint / "folds.safetensors"; }

bool FoldTrainer::can_resume() const {
  const auto has_content = [](const std::filesystem::path& file) { return !file.empty() && is_there(file); };
  return has_content(common_file()) || std::any_of(files_.begin(), files_.end(), has_content);
}

std::size_t FoldTrainer::logits_size() const {
  return images_.count() * static_cast<std::size_t>(trainers_.front()->network().classes());
}

// The common file is written after those of the folds, so that they are ahead by one epoch at most. A fold without a
// file starts over.
void FoldTrainer::resume() {
  if (is_there(common_file())) {
    TrainingState state = read_checkpoint(common_file(), identity_);
    const auto epochs = static_cast<int>(state.history.size());
    bool consistent = epochs > 0 && state.best_epoch >= 1 && state.best_epoch <= epochs &&
                      state.best.size() == logits_size();
    for (int i = 0; i < epochs; ++i)
      consistent = consistent && state.history[static_cast<std::size_t>(i)].epoch == i + 1;
    if (!consistent) throw bad_input("{}: its epochs contradict each other", common_file().string());
    state_ = std::move(state);
  }
  for (std::size_t f = 0; f < trainers_.size(); ++f) {
    if (!is_there(files_[f])) continue;
    trainers_[f]->resume();
    const auto ahead = std::ssize(trainers_[f]->history()) - std::ssize(state_.history);
    if (ahead > 1 || (ahead == 1 && trainers_[f]->images_done() > 0))
      throw bad_input("{}: is of a later epoch than {}", files_[f].string(),
                      common_file().filename().string());
  }
}

Predictions FoldTrainer::best_predictions() const {
  if (state_.best_epoch == 0) throw usage_error("FoldTrainer::best_predictions: no epoch is finished yet");
  Predictions all = without_logits(images_, static_cast<int>(state_.best.size() / images_.count()));
  all.logits.assign(state_.best.begin(), state_.best.end());
  return all;
}

Predictions FoldTrainer::last_predictions() {
  Predictions all = without_logits(images_, network().classes());
  for (std::size_t f = 0; f < trainers_.size(); ++f)
    put(all, trainers_[f]->last_predictions(), folds_.splits[f].validation);
  if (settings_.temperature_scaling) divide_logits(all, state_.history.back().temperature);
  return all;
}

std::int64_t FoldTrainer::images_done() const {
  std::int64_t images = 0;
  for (std::size_t f = 0; f < trainers_.size(); ++f)
    images += std::ssize(trainers_[f]->history()) >= epoch() ? std::ssize(folds_.splits[f].train)
                                                             : trainers_[f]->images_done();
  return images;
}

Provenance FoldTrainer::provenance() const {
  Provenance all;
  for (const auto& trainer : trainers_) add_all(all, trainer->provenance());
  return all;
}

void add_all(Provenance& all, const Provenance& others) {
  for (const ProvenancePart& part : others) {
    for (const std::string& worker : part.workers) add_part(all, part.environment, part.from, worker);
    add_kernels(all, part.environment, part.kernels);
  }
}

std::vector<Predictions> by_fold(const Predictions& all, const Folds& folds) {
  std::vector<Predictions> parts;
  for (const Split& split : folds.splits) {
    Predictions& part = parts.emplace_back();
    part.classes = all.classes;
    for (const std::uint32_t i : split.validation) {
      part.labels.push_back(all.labels[i]);
      const std::span<const float> logits = all.of(i);
      part.logits.insert(part.logits.end(), logits.begin(), logits.end());
    }
  }
  return parts;
}

}  // namespace tailor
