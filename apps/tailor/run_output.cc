#include "run_output.h"

#include <algorithm>
#include <cstdio>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/process.h"
#include "tailor/base/text.h"
#include "tailor/data/usual_ground.h"
#include "tailor/math/quantiles.h"
#include "tailor/nn/operators/pass.h"
#include "tailor/report/class_scores.h"
#include "tailor/report/drawing/drawing.h"
#include "tailor/report/measure_text.h"
#include "tailor/report/metrics_file.h"
#include "tailor/report/plots.h"
#include "tailor/report/summary.h"
#include "tailor/report/tables.h"
#include "tailor/train/measuring/image_values.h"
#include "tailor/train/model.h"
#include "warn.h"

namespace tailor {
namespace {

std::string score(const Score& s) {
  return fmt::format("{:.4f} {:>8}", s.loss, MeasureText(true).value(s.accuracy));
}

// The first thousand training images, which tell what the ground of all is.
std::span<const std::uint32_t> some_images(const Split& split) {
  return std::span(split.train).first(std::min<std::size_t>(split.train.size(), 1000));
}

// Whether most training images show dark things on light.
bool light_ground(const ImageSet& images, const Split& split) {
  const std::span<const std::uint32_t> some = some_images(split);
  const auto light = std::count_if(some.begin(), some.end(), [&](std::uint32_t i) {
    const std::span<const std::uint8_t> image = images.image(i);
    return has_light_border({images.shape, {image.begin(), image.end()}});
  });
  return 2 * static_cast<std::size_t>(light) > some.size();
}

// A batch is divided among threads by its size alone.
std::string threads_text(int threads, int batch) {
  if (const int most = lane_count(batch); most < threads)
    return fmt::format("{} ({} in training: batches of {} keep no more busy)", threads, most, batch);
  return std::to_string(threads);
}

}  // namespace

RunOutput::RunOutput(std::filesystem::path folder, const RunDescription& run, const Dataset& dataset,
                     const ImageSet& images, const Split& split, const SharedImages& shared, Trainer& trainer,
                     FoldTrainer* folds, int threads, bool json)
    : folder_(std::move(folder)),
      run_(run),
      dataset_(dataset),
      images_(images),
      split_(split),
      shared_(shared),
      trainer_(trainer),
      folds_(folds),
      threads_(threads),
      json_(json),
      progress_((images_in_epoch() + (folds ? std::ssize(split.train) : 0)) * run.settings.epochs, "images",
                std::ssize(history()) * images_in_epoch()) {}

void RunOutput::begin() const {
  if (json_) return;
  const Settings& s = run_.settings;
  std::printf("architecture   %s, %s parameters, fingerprint %.12s\n", run_.architecture.name.c_str(),
              with_thousands(run_.architecture.parameters()).c_str(), run_.architecture.fingerprint.c_str());
  std::printf("data           %s: %s, test sealed\n", dataset_.name().c_str(),
              parts_text(run_.folds, run_.train_images, run_.validation_images).c_str());
  std::printf("settings       %s, learning rate %g (%s), batch %d, %d epochs\n", s.optimizer.c_str(),
              s.learning_rate, s.schedule.c_str(), s.batch_size, s.epochs);
  std::printf("run            seed %llu, threads %s\n", static_cast<unsigned long long>(run_.seed),
              threads_text(threads_, s.batch_size).c_str());
  std::printf("kernels\n");
  for (const std::string& kernel : trainer_.network().kernels()) std::printf("  %s\n", kernel.c_str());
  const std::size_t epochs = history().size();
  const std::int64_t images = folds_ ? folds_->images_done() : trainer_.images_done();
  if (epochs > 0 || images > 0)
    std::printf("resumed        after epoch %zu%s\n", epochs,
                images > 0 ? (" and " + with_thousands(images) + " images of the next").c_str() : "");
  std::printf("\nepoch   train: loss, acc    re-measured         validation          img/s   time\n");
  std::fflush(stdout);
}

void RunOutput::step(std::int64_t images_done) {
  const std::int64_t epoch = std::ssize(history());
  progress_.update(epoch * images_in_epoch() + images_done,
                   fmt::format("epoch {}/{}", epoch + 1, run_.settings.epochs));
}

void RunOutput::begin_final() const {
  if (json_) return;
  std::printf("\nBest epoch: %d. Now the network to keep: all %s images, so many epochs.\n", best_epoch(),
              with_thousands(std::ssize(split_.train)).c_str());
  std::fflush(stdout);
}

void RunOutput::final_step(std::int64_t images_done) {
  const std::int64_t epoch = std::ssize(trainer_.history());
  progress_.update(images_in_epoch() * run_.settings.epochs + epoch * std::ssize(split_.train) + images_done,
                   fmt::format("all images, epoch {}/{}", epoch + 1, best_epoch()));
}

void RunOutput::epoch(const EpochMetrics& m) {
  progress_.clear();
  write_metrics(folder_ / run_file::metrics, history());
  if (json_) return;
  std::printf("%5d   %s   %s   %s  %6.0f  %5.1f s%s\n", m.epoch, score(m.train).c_str(),
              score(m.train_sample).c_str(), score(m.validation).c_str(), m.images_per_second, m.seconds,
              best_epoch() == m.epoch ? " *" : "");
  std::fflush(stdout);
}

// The summary comes last and the checkpoint goes after it: a run that has a summary is complete.
void RunOutput::finish(TrainingEnd end) {
  progress_.clear();
  const std::vector<std::string> names = dataset_.class_names();
  const Predictions predictions = folds_ ? folds_->best_predictions() : trainer_.predictions();
  RunSummary summary = this->summary(predictions);
  const Confusion confusion = confusion_of(predictions);
  summary.validation_metrics = estimate_all(predictions);
  write_metrics(folder_ / run_file::metrics, history());
  write_model(folder_ / run_file::model,
              {run_.architecture, trainer_.normalization(), views(run_.settings), names,
               light_ground(images_, split_),
               // Pictures were padded with black already.
               dataset_.fit() ? black_ground : usual_ground(images_, some_images(split_)),
               trainer_.best_values(), trainer_.provenance(), dataset_.fit(), temperature()});
  write_confusion(folder_ / run_file::confusion, confusion, names);
  write_per_class(folder_ / run_file::per_class, confusion, names);
  draw_pictures(confusion, names);
  write_summary(folder_ / run_file::summary, summary);
  std::filesystem::remove_all(folder_ / run_file::checkpoint_folder);
  if (json_) {
    std::fputs(summary_to_json(summary).c_str(), stdout);
    return;
  }
  if (end == TrainingEnd::patience)
    std::printf("\nStopped: no better validation for %d epochs.\n", run_.settings.patience);
  std::printf("\nBest epoch: %d of %d (by %s)\n", summary.best_epoch, summary.epochs,
              objective_words(run_.objective).c_str());
  if (temperature() != 1) std::printf("Temperature: %.3f\n", temperature());
  if (folds_) std::printf("\n%s", folds_table(summary).c_str());
  std::printf("\n%s:\n%s\n%s\n%s",
              folds_ ? "All images, each judged by the fold's network that did not see it"
                     : "Validation images, for this one training",
              metrics_table(*summary.validation_metrics).c_str(), class_table(confusion, names).c_str(),
              closing_table(summary, folder_.string()).c_str());
  std::printf("\nAll files: %s (curves.png, confusion.png, metrics.csv, …)\n", folder_.c_str());
}

// A missing or failing drawing program is no reason to lose a training.
void RunOutput::draw_pictures(const Confusion& confusion, const std::vector<std::string>& names) const {
  try {
    write_file(folder_ / run_file::architecture_picture, draw_svg(run_.architecture));
    write_curves(folder_, history(), best_epoch());
    write_confusion_picture(folder_, confusion, names);
  } catch (const Error& error) {
    warn({fmt::format("pictures are missing: {}", error.what())});
  }
}

Provenance RunOutput::provenance() const {
  if (!folds_) return trainer_.provenance();
  Provenance all = folds_->provenance();
  add_all(all, trainer_.provenance());
  return all;
}

RunSummary RunOutput::summary(const Predictions& predictions) const {
  RunSummary s;
  const std::vector<EpochMetrics>& history = this->history();
  if (best_epoch() == 0) throw failure("the training has no finished epoch");
  const EpochMetrics& best = history[static_cast<std::size_t>(best_epoch()) - 1];
  s.environment = this_environment();
  s.version = s.environment.version;
  s.provenance = provenance();
  s.architecture = run_.architecture.name;
  s.architecture_fingerprint = run_.architecture.fingerprint;
  s.dataset = dataset_.name();
  s.dataset_hash = run_.data_hash;
  s.train_images = run_.train_images;
  s.validation_images = run_.validation_images;
  s.split_seed = run_.split_seed;
  s.split_hash = run_.split_hash;
  s.seed = run_.seed;
  s.threads = threads_;
  s.precision = run_.settings.precision;
  s.kernels = trainer_.network().kernels();
  s.epochs = static_cast<int>(history.size());
  s.best_epoch = best.epoch;
  s.objective = info(run_.objective).objective;
  s.temperature = temperature();
  if (folds_)
    for (const Predictions& part : by_fold(predictions, folds_->folds()))
      s.folds.push_back({static_cast<std::int64_t>(part.count()), image_values(run_.objective, part).value});
  s.max_validation_accuracy = best.validation.accuracy;
  s.train_accuracy_at_best = best.train_sample.accuracy;
  s.train_loss_at_best = best.train_sample.loss;
  s.train_sample_images = best.train_sample.count;
  s.validation_loss_at_best = best.validation.loss;
  std::vector<double> rates;
  for (const EpochMetrics& m : history) rates.push_back(m.images_per_second);
  s.images_per_second = rates.empty() ? 0 : median(std::move(rates));
  s.weights_hash = trainer_.weights_hash();
  s.shared_validation = shared_;
  return s;
}

void remove_run(const std::filesystem::path& folder) {
  for (const char* name : run_file::all) std::filesystem::remove_all(folder / name);
}

}  // namespace tailor
