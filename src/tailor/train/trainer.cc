#include "tailor/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <unistd.h>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/train/hyperparameters.h"
#include "tailor/train/measuring/metric_estimate.h"
#include "tailor/train/measuring/temperature.h"
#include "tailor/train/schedule.h"
#include "tailor/train/training_memory.h"

namespace tailor {
namespace {

constexpr std::size_t sample_size = 10000;  // training images re-measured after each epoch

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The same images whatever the training's seed, so that runs compare.
std::vector<std::uint32_t> fixed_sample(const Split& split) {
  std::vector<std::uint32_t> sample = split.train;
  shuffle(sample, Key(split.seed).with(Purpose::sample));
  sample.resize(std::min(sample.size(), sample_size));
  std::sort(sample.begin(), sample.end());
  return sample;
}

// Which tensors weight decay shrinks; the zeros between tensors go with the one before.
std::vector<ParameterRange> ranges(const ParameterTable& table) {
  std::vector<ParameterRange> result;
  for (const ParameterTensor& t : table.tensors()) {
    if (!learned(t.role)) continue;
    if (!result.empty()) result.back().size = t.offset - result.back().offset;
    result.push_back({t.offset, table.learned_floats() - t.offset, t.role == ParameterRole::weight});
  }
  return result;
}

template <class... Args>
DivergedError diverged(fmt::format_string<Args...> text, Args&&... args) {
  return {ExitCode::failed, "training diverged: " + fmt::format(text, std::forward<Args>(args)...)};
}

PlanOptions network_plan(const Architecture& architecture, const Settings& settings, const Split& split,
                         const TrainerOptions& options) {
  PlanOptions plan = training_plan(architecture, settings);
  plan.bytes_beside = bytes_beside_arenas(architecture, settings, split.train.size()) +
                      prediction_bytes(split.validation.size(), architecture.classes);
  plan.fuse = !options.layer_by_layer;
  return plan;
}

}  // namespace

std::string training_identity(const Architecture& architecture, const Settings& settings,
                              const ImageSet& images, const std::string& split_hash,
                              const TrainerOptions& options) {
  std::string text =
      fmt::format("{} {} {} {}\n", architecture.fingerprint, images.content_hash, split_hash, options.seed);
  for (const std::string& name : hyperparameter_names(settings))
    text += name + "=" + get(settings, name) + "\n";
  if (options.layer_by_layer) text += "layer by layer\n";
  if (options.metric != Metric::accuracy)
    text += fmt::format("objective={}\n", info(options.metric).objective);
  return sha256(text);
}

void check_training(const Architecture& architecture, const Settings& settings, const ImageSet& images,
                    const Split& split, const TrainerOptions& options) {
  if (architecture.layers.empty())
    throw usage_error("the architecture '{}' has no layers; read or parse one (architecture.h)",
                      architecture.name);
  check_settings(settings, architecture);
  if (options.threads < 1) throw usage_error("threads: expected 1 or more, got {}", options.threads);
  if (!(options.checkpoint_seconds >= 0 && options.checkpoint_share > 0))
    throw usage_error(
        "checkpoints: expected 0 seconds or more and a share of the time above 0, got {} and {}",
        options.checkpoint_seconds, options.checkpoint_share);
  if (options.layer_by_layer && settings.precision != "f32")
    throw usage_error("precision '{}' has no plain kernels: train layer by layer with 'f32'",
                      settings.precision);
  check_images(images, architecture.input, architecture.classes, "the training images");
  check_indices(images, split.train, "the split's training part");
  if (options.all_images) {
    if (!split.validation.empty())
      throw usage_error("the split has {} validation images, where all images are to be trained on",
                        split.validation.size());
    return;
  }
  check_indices(images, split.validation, "the split's validation part");
  const auto same_class = [&](std::uint32_t i) {
    return images.labels[i] == images.labels[split.validation[0]];
  };
  if (options.metric == Metric::auc &&
      std::all_of(split.validation.begin(), split.validation.end(), same_class))
    throw bad_input(
        "the objective auc tells classes apart, but all validation images are of class {}; validate on more images",
        images.labels[split.validation[0]]);
}

Trainer::Trainer(const Architecture& architecture, const Settings& settings, const ImageSet& images,
                 const Split& split, const TrainerOptions& options)
    : Trainer(Ready(architecture, settings, images, split, options), architecture, settings, images, split,
              options) {}

Trainer::Trainer(const Ready&, const Architecture& architecture, const Settings& settings,
                 const ImageSet& images, const Split& split, const TrainerOptions& options)
    : settings_(settings),
      images_(images),
      split_(split),
      options_(options),
      key_(options.seed),
      identity_(training_identity(architecture, settings, images, split.hash, options)),
      normalization_(make_normalization(settings.normalization, images, split.train)),
      workers_(std::min(options.threads, max_lanes)),
      network_(architecture, network_plan(architecture, settings, split, options), workers_),
      exact_(settings.precision == "f32"
                 ? nullptr
                 : std::make_unique<Network>(architecture, measuring_plan(architecture), workers_)),
      augmenter_(images.shape, normalization_, augmentation(settings)),
      plain_(images.shape, normalization_, {}),
      loader_(images, split.train, settings_, augmenter_, key_, workers_),
      evaluator_(measuring(), plain_, images.shape, views(settings), workers_),
      optimizer_(settings_, network_.parameters().learned_floats(), ranges(network_.parameters())),
      sample_(options.measure_sample ? fixed_sample(split) : std::vector<std::uint32_t>()),
      gradients_(network_.parameters().learned_floats()),
      clock_(options.checkpoint_seconds, options.checkpoint_share, now()) {
  network_.set_dropout_rates(settings_.dropout);
  network_.set_stochastic_depth(settings_.stochastic_depth);
  network_.set_batch_norm_momentum(settings_.batch_norm_momentum);
  state_.values.resize(network_.parameters().total_floats());
  initialize(network_.parameters(), settings_.initialization, key_.with(Purpose::initialization),
             state_.values.data());
  if (settings_.weight_average > 0) state_.average = state_.values;
  state_.optimizer.resize(optimizer_.state_floats());
}

TrainingEnd Trainer::run(const TrainerCallbacks& callbacks, int until_epoch) {
  const ComputeScope scope;
  const TrainingEnd end = train(callbacks, until_epoch);
  save();
  return end;
}

TrainingEnd Trainer::train(const TrainerCallbacks& callbacks, int until_epoch) {
  while (epoch() <= settings_.epochs) {
    if (state_.out_of_patience(settings_.patience)) return TrainingEnd::patience;
    if (epoch() > until_epoch) return TrainingEnd::paused;
    record_provenance();
    loader_.start_epoch(epoch());
    network_.use_for_training(state_.values);
    while (state_.progress.step < loader_.steps()) {
      train_step();
      if (callbacks.step)
        callbacks.step(state_.progress.images, static_cast<std::int64_t>(split_.train.size()));
      if (callbacks.stop && callbacks.stop()) return TrainingEnd::interrupted;
      if (clock_.due_within_epoch(now())) save();
    }
    if (!finish_epoch(callbacks)) return TrainingEnd::interrupted;
    if (clock_.due_after_epoch(now())) save();
  }
  return TrainingEnd::finished;
}

// Load, forward, loss, backward, update.
void Trainer::train_step() {
  EpochProgress& p = state_.progress;
  const double start = now();
  const Key dropout = key_.with(Purpose::dropout)
                          .with(static_cast<std::uint64_t>(epoch()))
                          .with(static_cast<std::uint64_t>(p.step));
  const int count = loader_.load(p.step, network_.input());
  network_.forward(count, true, dropout);
  const kernels::LossSums sums =
      network_.loss(count, loader_.targets(), settings_.label_smoothing, settings_.focal_gamma);
  if (!std::isfinite(sums.loss))
    throw diverged(
        "the loss is {} at epoch {}, step {} of {} (learning rate {:.4g}). Lower learning_rate, add "
        "warmup_epochs or set clip_norm",
        sums.loss, epoch(), p.step + 1, loader_.steps(), rate_now());
  network_.backward(count, gradients_);
  update();
  ++p.step, p.loss += sums.loss, p.correct += sums.correct, p.images += count;
  p.seconds += now() - start;
  unsaved_ = true;
}

// False if the caller stops while it is measured: then all of its steps are done, and nothing else is.
bool Trainer::finish_epoch(const TrainerCallbacks& callbacks) {
  const double start = now();
  EpochProgress& p = state_.progress;
  const double images = static_cast<double>(p.images);
  EpochMetrics m;
  m.epoch = epoch();
  m.train = {p.loss / images, static_cast<double>(p.correct) / images, p.images};
  const AlignedFloats& measured = measured_values();
  measuring().use(measured);
  // Measuring may take long; what was trained before is safe meanwhile.
  const auto stop = [&] {
    if (clock_.due_within_epoch(now())) save();
    return callbacks.stop && callbacks.stop();
  };
  const auto measure = [&](const std::vector<std::uint32_t>& indices, Score& score,
                           Predictions* predictions) {
    score = evaluator_.measure(images_, indices, predictions, stop);
    return score.count == static_cast<std::int64_t>(indices.size());
  };
  Predictions predictions;
  const bool all = settings_.temperature_scaling || callbacks.validated || !score_has(options_.metric);
  evaluator_.use_temperature(1);
  const bool validates = !options_.all_images;
  if (validates) {
    if (!measure(split_.validation, m.validation, all ? &predictions : nullptr)) return false;
    if (!std::isfinite(m.validation.loss))
      throw diverged("the validation loss is {} after epoch {}", m.validation.loss, m.epoch);
    if (settings_.temperature_scaling) {
      m.temperature = best_temperature(predictions);
      divide_logits(predictions, m.temperature);
      m.validation = score_of(predictions);
    }
    evaluator_.use_temperature(m.temperature);
    set_objective(m, options_.metric, predictions);
  }
  if (!sample_.empty() && !measure(sample_, m.train_sample, nullptr)) return false;
  m.images_per_second = images / p.seconds;
  m.seconds = p.seconds + now() - start;
  --p.step;
  m.learning_rate = rate_now();
  const int best = state_.best_epoch;
  if (best == 0 || !validates ||
      better(options_.metric, m, state_.history[static_cast<std::size_t>(best) - 1])) {
    state_.best_epoch = m.epoch;
    state_.best = measured;
  }
  state_.history.push_back(m);
  state_.progress = {};
  unsaved_ = true;
  if (callbacks.validated) callbacks.validated(predictions);
  if (callbacks.epoch) callbacks.epoch(m);
  return true;
}

// One pass over the parameters; threads take fixed parts of the arena.
void Trainer::update() {
  float scale = 1;
  if (settings_.clip_norm > 0)
    scale = clip_scale(gradient_norm(gradients_.data(), gradients_.size()), settings_.clip_norm);
  const std::int64_t t = steps_done() + 1;
  const double rate = rate_now();
  constexpr int parts = max_lanes;
  const auto start = [&](int part) {
    return gradients_.size() * static_cast<std::size_t>(part) / parts / 16 * 16;
  };
  workers_.run(parts, [&](int part) {
    const std::size_t first = start(part), last = part + 1 == parts ? gradients_.size() : start(part + 1);
    optimizer_.step(first, last - first, state_.values.data(), gradients_.data(), state_.optimizer.data(),
                    state_.average.empty() ? nullptr : state_.average.data(), rate, t, scale);
  });
  average_statistics();
  network_.changed();
}

std::int64_t Trainer::steps_done() const {
  return static_cast<std::int64_t>(state_.history.size()) * loader_.steps() + state_.progress.step;
}

double Trainer::rate_now() const {
  return learning_rate(settings_, steps_done(), loader_.steps(), settings_.epochs);
}

// Batch norm's running statistics are averaged beside the weights, as those of the moment belong to the
// weights of the moment: so do timm's ModelEmaV2 and PyTorch's AveragedModel(use_buffers=True). SWA takes them
// anew in a pass over the training images (Izmailov et al., UAI 2018), here after each epoch.
void Trainer::average_statistics() {
  if (state_.average.empty()) return;
  const auto gain = static_cast<float>(1 - settings_.weight_average);
  for (std::size_t i = network_.parameters().learned_floats(); i < state_.values.size(); ++i)
    state_.average[i] += gain * (state_.values[i] - state_.average[i]);
}

const AlignedFloats& Trainer::measured_values() const {
  return state_.average.empty() ? state_.values : state_.average;
}

// Nothing in the file is trusted: a state that contradicts itself would be trained on, or read past an end.
void Trainer::resume() {
  TrainingState state = read_checkpoint(options_.checkpoint, identity_);
  const std::size_t floats = state_.values.size(), epochs = state.history.size();
  if (state.values.size() != floats || state.average.size() != state_.average.size() ||
      state.optimizer.size() != state_.optimizer.size() ||
      state.best.size() != (state.best_epoch > 0 ? floats : 0))
    throw bad_input("{}: its tensors do not fit this network", options_.checkpoint.string());
  bool consistent = (state.best_epoch > 0) == (epochs > 0) && state.best_epoch >= 0 &&
                    static_cast<std::size_t>(state.best_epoch) <= epochs && state.progress.step >= 0 &&
                    state.progress.step <= loader_.steps();
  for (std::size_t i = 0; i < epochs; ++i)
    consistent = consistent && state.history[i].epoch == static_cast<int>(i) + 1;
  if (!consistent)
    throw bad_input("{}: its epochs and steps contradict each other", options_.checkpoint.string());
  state_ = std::move(state);
  if (state_.provenance.empty() && steps_done() > 0)
    state_.provenance.emplace_back();  // a version that did not record it
  unsaved_ = false;
}

// This process trains the epoch that follows.
void Trainer::record_provenance() {
  const Environment environment = this_environment();
  add_part(state_.provenance, environment, epoch(), std::to_string(::getpid()));
  add_kernels(state_.provenance, environment, distinct_kernels(network_.kernels()));
}

void Trainer::save() {
  if (options_.checkpoint.empty() || !unsaved_) return;
  const double start = now();
  write_checkpoint(options_.checkpoint, state_, identity_);
  unsaved_ = false;
  clock_.wrote(start, now());
}

std::string Trainer::weights_hash() const {
  return Sha256().add(state_.values.data(), state_.values.size() * sizeof(float)).hex();
}

Predictions Trainer::predictions() {
  if (state_.best_epoch == 0) throw usage_error("Trainer::predictions: no epoch is finished yet");
  const ComputeScope scope;
  measuring().use(state_.best);
  evaluator_.use_temperature(temperature());
  return evaluator_.predict(images_, split_.validation);
}

Predictions Trainer::last_predictions() {
  if (state_.history.empty() || state_.progress.step > 0)
    throw usage_error("Trainer::last_predictions: expected an epoch just finished");
  const ComputeScope scope;
  measuring().use(measured_values());
  evaluator_.use_temperature(state_.history.back().temperature);
  return evaluator_.predict(images_, split_.validation);
}

}  // namespace tailor
