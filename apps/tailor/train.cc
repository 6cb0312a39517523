// tailor train: one training of one fixed network, from data to run folder. Read it top-down: arguments,
// data, training, closing.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>

#include "commands.h"
#include "compare_parts.h"
#include "data_options.h"
#include "progress.h"
#include "run_output.h"
#include "signals.h"
#include "tailor/base/build_info.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/folder_lock.h"
#include "tailor/base/text.h"
#include "tailor/data/dataset.h"
#include "tailor/data/folds.h"
#include "tailor/report/provenance_words.h"
#include "tailor/report/run_folder.h"
#include "tailor/report/shared_images_words.h"
#include "tailor/train/fold_trainer.h"
#include "tailor/train/recipe.h"
#include "tailor/train/trainer.h"
#include "threads_option.h"
#include "warn.h"

namespace tailor {
namespace {

struct TrainArguments {
  std::string architecture = "mnist_cnn";
  std::string data = "fashion-mnist";
  GivenPictureOptions pictures;
  std::optional<std::string> recipe;
  std::vector<std::string> overrides;
  std::optional<int> epochs;
  std::optional<std::string> precision;
  std::uint64_t seed = 1;
  int threads = 1;
  std::optional<std::string> split;
  std::optional<int> folds;
  std::string objective = std::string(info(Metric::accuracy).objective);
  std::uint64_t split_seed = 1;
  std::string out;
  bool data_given = false, layer_by_layer = false, resume = false, overwrite = false, json = false;
};

std::string objective_names() {
  std::vector<std::string> names;
  for (const MetricInfo& m : metrics) names.emplace_back(m.objective);
  return join(names, ", ");
}

// The folder must be new, or hold what `--resume` and `--overwrite` allow.
void check_folder(const TrainArguments& arguments) {
  const std::filesystem::path folder = arguments.out;
  const bool used = is_there(folder / run_file::description);
  if (arguments.resume && !used)
    throw usage_error("--resume: {} holds no training (no {})", folder.string(), run_file::description);
  if (arguments.resume && !is_there(folder / run_file::checkpoint)) {
    if (is_there(folder / run_file::summary))
      throw usage_error("--resume: the training in {} is finished", folder.string());
    return;  // killed before its first epoch ended: start over with the same description
  }
  if (used && !arguments.resume && !arguments.overwrite)
    throw usage_error(
        "--out: {} already holds a training; choose another folder, or give --resume to go on with it or "
        "--overwrite to replace it",
        folder.string());
}

RunDescription describe(const TrainArguments& arguments, const Dataset& dataset, const ImageSet& images,
                        ResolvedSettings& settings) {
  RunDescription run;
  run.version = std::string(build_info().version);
  run.data = dataset.reference();
  if (arguments.recipe) utf8("--recipe", *arguments.recipe);
  run.data_hash = images.content_hash;
  run.pictures = arguments.pictures.over({});
  run.architecture = find_architecture(arguments.architecture, {images.shape, dataset.classes()});
  std::vector<std::string> overrides = arguments.overrides;
  if (arguments.epochs) overrides.push_back(fmt::format("epochs={}", *arguments.epochs));
  if (arguments.precision) overrides.push_back("precision=" + *arguments.precision);
  settings = resolve_settings(run.architecture, arguments.recipe, overrides);
  run.settings = settings.settings;
  run.split_seed = arguments.split_seed;
  if (arguments.folds) {
    const Folds folds = make_folds(images, *arguments.folds, run.split_seed, "--folds");
    warn_if_many_for_folds(folds);
    run.folds = *arguments.folds;
    run.train_images = static_cast<std::int64_t>(folds.largest_train());
    run.validation_images = static_cast<std::int64_t>(folds.images());
    run.split_hash = folds.hash;
  } else {
    const Split split = make_split(arguments.split, images, run.split_seed, "--split");
    run.train_images = static_cast<std::int64_t>(split.train.size());
    run.validation_images = static_cast<std::int64_t>(split.validation.size());
    run.split_hash = split.hash;
  }
  run.seed = arguments.seed;
  run.layer_by_layer = arguments.layer_by_layer;
  run.objective = metric_of_objective(arguments.objective, "--objective");
  return run;
}

template <class T>
void resume(T& trainer) {
  trainer.resume();
  warn(resuming_warnings(trainer.provenance(), this_environment(),
                         static_cast<int>(trainer.history().size())));
}

void train(const TrainArguments& arguments) {
  check_folder(arguments);
  const std::filesystem::path folder = arguments.out;
  std::optional<RunDescription> described;
  if (arguments.resume) described = read_description(folder);
  const std::unique_ptr<Dataset> dataset =
      open_data(described && !arguments.data_given ? described->data : arguments.data,
                described ? described->pictures : arguments.pictures.over({}));
  const ImageSet images = read_training_images(*dataset);
  ResolvedSettings settings;
  RunDescription run = described ? *described : describe(arguments, *dataset, images, settings);
  if (run.data_hash != images.content_hash)
    throw bad_input("{}: the images are not those that the training began with (hash {}, expected {})",
                    dataset->location(), images.content_hash, run.data_hash);
  const bool folded = run.folds > 0;
  const Folds folds = folded ? make_folds(images, run.folds, run.split_seed, "folds") : Folds();
  const Split split = folded ? all_images(images, run.split_seed)
                             : split_images(images, static_cast<std::size_t>(run.train_images),
                                            static_cast<std::size_t>(run.validation_images), run.split_seed);
  if ((folded ? folds.hash : split.hash) != run.split_hash)
    throw bad_input("{}: the split of this run cannot be drawn again", folder.string());
  const int threads = useful_threads(arguments.threads);
  TrainerOptions options{.seed = run.seed,
                         .layer_by_layer = run.layer_by_layer,
                         .metric = run.objective,
                         .threads = threads,
                         .checkpoint = folder / run_file::folds_checkpoint};
  // With folds these come first and say how many epochs are best; the trainer then makes the network to keep.
  std::optional<FoldTrainer> fold_trainer;
  if (folded) fold_trainer.emplace(run.architecture, run.settings, images, folds, options);
  options.checkpoint = folder / run_file::checkpoint;
  options.all_images = folded;
  Trainer trainer(run.architecture, folded ? final_settings(run.settings) : run.settings, images, split,
                  options);
  const SharedImages shared =
      folded ? compare_folds(*dataset, images, folds) : compare_validation(*dataset, images, split);
  make_folder(folder);
  const FolderLock lock(folder);
  check_folder(arguments);                      // again: somebody may have worked here since
  if (arguments.overwrite) remove_run(folder);  // only now: a refused training leaves the old one
  make_folder(folder / run_file::checkpoint_folder);
  if (!described) {
    write_description(folder, run, settings);
  } else {
    if (folded && fold_trainer->can_resume()) resume(*fold_trainer);
    if (is_there(folder / run_file::checkpoint)) resume(trainer);
  }

  warn(shared_images_warnings(shared, "validation", data_of(run)));
  RunOutput output(folder, run, *dataset, images, split, shared, trainer, folded ? &*fold_trainer : nullptr,
                   threads, arguments.json);
  output.begin();
  const std::atomic<bool>& interrupted = catch_interrupts();
  const auto stop = [&] { return interrupted.load(); };
  const auto check = [&](TrainingEnd end, std::size_t epochs) {
    if (end == TrainingEnd::interrupted)
      throw Error(
          ExitCode::interrupted,
          fmt::format("interrupted in epoch {}; all is saved. Go on with: tailor train --resume --out {}",
                      epochs + 1, shell_path(folder.string())));
  };
  const TrainerCallbacks judged{.step = [&](std::int64_t done, std::int64_t) { output.step(done); },
                                .epoch = [&](const EpochMetrics& metrics) { output.epoch(metrics); },
                                .stop = stop};
  TrainingEnd end = TrainingEnd::finished;
  if (folded) {
    end = fold_trainer->run(judged);
    check(end, fold_trainer->history().size());
    output.begin_final();
    const TrainerCallbacks kept{.step = [&](std::int64_t done, std::int64_t) { output.final_step(done); },
                                .stop = stop};
    check(trainer.run(kept, fold_trainer->best_epoch()), trainer.history().size());
  } else {
    end = trainer.run(judged);
    check(end, trainer.history().size());
  }
  output.finish(end);
}

}  // namespace

void add_train_command(CLI::App& app) {
  auto arguments = std::make_shared<TrainArguments>();
  CLI::App* command =
      app.add_subcommand("train", "Train the fixed network on the training images of a data set");
  // What decides the result; a resumed training has it from its folder.
  std::vector<CLI::Option*> decisions;
  const auto option = [&](const char* name, auto& value, const std::string& help) {
    return decisions.emplace_back(command->add_option(name, value, help));
  };
  option("--architecture", arguments->architecture, "Shipped name or TOML file")->capture_default_str();
  option("--recipe", arguments->recipe, "Tuned settings: shipped name or TOML file");
  option("--set", arguments->overrides, "name=value, for any name that 'tailor hyperparameters' lists")
      ->allow_extra_args(false);
  option("--epochs", arguments->epochs, "Short for --set epochs=N");
  option("--precision", arguments->precision, "Short for --set precision=f32 or bf16");
  option("--seed", arguments->seed, "Decides every random choice of the training")
      ->capture_default_str()
      ->check(seed_range);
  option("--objective", arguments->objective,
         "Which epoch is the best, and when patience ends: " + objective_names())
      ->capture_default_str();
  option("--split", arguments->split,
         fmt::format("TRAIN:VALIDATION, image counts or shares [{}]", default_split));
  option(
      "--folds", arguments->folds,
      "Instead of a split: so many networks, each image judged by one that did not see it; then one of all")
      ->check(CLI::Range(2, most_folds))
      ->excludes("--split");
  option("--split-seed", arguments->split_seed, "Decides which images validate, or the folds")
      ->capture_default_str()
      ->check(seed_range);
  decisions.push_back(command->add_flag(
      "--layer-by-layer", arguments->layer_by_layer,
      "Each layer by its plain dense kernel: slower, the same up to rounding; to compare with"));
  CLI::Option* data =
      command->add_option("--data", arguments->data, "Data set's name, folder or file (docs/images.md)");
  data->capture_default_str();
  for (CLI::Option* decision : add_picture_options(*command, arguments->pictures))
    decisions.push_back(decision);
  add_threads_option(*command, arguments->threads);
  command->add_option("--out", arguments->out, "The run's folder")->required();
  CLI::Option* overwrite =
      command->add_flag("--overwrite", arguments->overwrite, "Replace a training in --out");
  CLI::Option* resume = command->add_flag("--resume", arguments->resume,
                                          "Go on with an interrupted training in --out, bit for bit");
  resume->excludes(overwrite);
  for (CLI::Option* decision : decisions) resume->excludes(decision);
  command->add_flag("--json", arguments->json, "Print the summary as JSON, nothing else");
  command->callback([arguments, data] {
    arguments->data_given = !data->empty();
    train(*arguments);
  });
}

}  // namespace tailor
