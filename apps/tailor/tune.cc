// tailor tune: searches the settings of one fixed network. Read it top-down: arguments, study, workers,
// closing.
#include <optional>

#include "commands.h"
#include "compare_parts.h"
#include "data_options.h"
#include "session_output.h"
#include "study_location.h"
#include "study_session.h"
#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/data/dataset.h"
#include "tailor/data/folds.h"
#include "tailor/data/split.h"
#include "tailor/report/shared_images_words.h"
#include "tailor/storage/names.h"
#include "tailor/tune/files/study_file.h"
#include "tailor/tune/study/study_shared_images.h"
#include "warn.h"

namespace tailor {
namespace {

struct TuneArguments {
  std::string file;
  std::optional<std::string> architecture, space, data, split, objective, sampler, pruner, storage, study;
  std::optional<SpaceFile> found_space;  // that of `space`
  std::optional<int> trials, repeats, epochs, lag, folds;
  std::optional<std::uint64_t> seed;
  std::optional<double> minutes;
  GivenPictureOptions pictures;
  bool resume = false;
  SessionOptions session;
};

template <class Target, class Value>
void take(Target& target, const std::optional<Value>& value) {
  if (value) target = *value;
}

void take_plan(StudyPlan& plan, const TuneArguments& a) {
  take(plan.budget.trials, a.trials);
  take(plan.budget.repeats, a.repeats);
  take(plan.budget.epochs, a.epochs);
  take(plan.budget.minutes, a.minutes);
  take(plan.seed, a.seed);
  take(plan.lag, a.lag);
  take(plan.sampler, a.sampler);
  if (a.objective) plan.measure = measure_from_name(*a.objective);
  take(plan.pruner, a.pruner);
}

// Names are checked, and a space is read, before anything else is done.
void take_names(TuneArguments& a) {
  if (a.sampler) make_sampler(*a.sampler);
  if (a.pruner) make_pruner(*a.pruner, {});
  if (a.space) a.found_space = find_space(*a.space);
}

StudyFile study_file(const TuneArguments& a) {
  StudyFile file = a.file.empty() ? StudyFile() : read_study_file(a.file);
  const auto replace = [](auto& value, std::uint32_t& line, const std::optional<std::string>& given) {
    if (given) value = *given, line = 0;
  };
  replace(file.architecture, file.lines.architecture, a.architecture);
  replace(file.data, file.lines.data, a.data);
  replace(file.split, file.lines.split, a.split);
  if (a.split) file.folds = 0;
  if (a.folds) file.folds = *a.folds, file.lines.folds = 0, file.split.reset();
  file.pictures = a.pictures.over(file.pictures);
  replace(file.space_name, file.lines.space, a.space);
  if (a.space) file.own_space.reset(), file.found_space = a.found_space;
  take_plan(file, a);
  if (2 * file.budget.repeats > file.budget.trials)
    throw usage_error(
        "{} repeats are more than half of {} trials: fewer, or more trials (--repeats, --trials)",
        file.budget.repeats, file.budget.trials);
  return file;
}

StudyDefinition define(const StudyFile& file, const Dataset& dataset, const ImageSet& images) {
  StudyDefinition d{file, {}, {}, {}, {}};
  const DataShape shape = {images.shape, dataset.classes()};
  d.architecture = file.look_up(file.lines.architecture, "architecture",
                                [&] { return find_architecture(file.architecture, shape); });
  const std::string name = dataset.reference();
  if (file.folds > 0) {
    const Folds folds = file.look_up(file.lines.folds, "data.folds", [&] {
      return make_folds(images, file.folds, file.split_seed, "folds");
    });
    warn_if_many_for_folds(folds);
    d.data = study_data(name, images, folds);
  } else {
    d.data = study_data(name, images, file.look_up(file.lines.split, "data.split", [&] {
      return make_split(file.split, images, file.split_seed, "split");
    }));
  }
  d.data.pictures = file.pictures;
  ResolvedSpace space = resolve_space(file, d.architecture);
  d.fixed = std::move(space.fixed);
  d.space = std::move(space.space);
  return d;
}

// A resumed study without a file is what it was, except for what the command line says.
StudyDefinition redefine(StudyDefinition d, const TuneArguments& a) {
  take_plan(d, a);
  if (a.split && d.data.folds > 0) d.data.folds = 0;  // check_change says what is wrong with it
  take(d.data.folds, a.folds);
  if (a.found_space) {
    ResolvedSpace space = resolve_space(*a.found_space, d.architecture);
    d.fixed = std::move(space.fixed);
    d.space = std::move(space.space);
  }
  return d;
}

SharedImages compare_parts(const Dataset& dataset, const ImageSet& images, const StudyData& d) {
  if (d.folds > 0) return compare_folds(dataset, images, make_folds(images, d.folds, d.split_seed, "folds"));
  return compare_validation(dataset, images,
                            split_images(images, static_cast<std::size_t>(d.train_images),
                                         static_cast<std::size_t>(d.validation_images), d.split_seed));
}

void tune(TuneArguments& a) {
  take_names(a);
  const std::string name =
      a.study.value_or(a.file.empty() ? "study" : std::filesystem::path(a.file).stem().string());
  check_name("study", name);  // before there is a database
  const std::string url = a.storage.value_or("sqlite:///" + study_file_name(name) + ".db");
  const StudyFile file = study_file(a);
  if (a.resume && database_is_missing(url)) throw usage_error("--resume: there is no database {}", url);
  std::unique_ptr<Storage> storage;
  std::optional<StudyId> study;
  if (!database_is_missing(url)) {
    storage = open_storage(url);
    study = storage->find_study(name);
  }
  if (a.resume && !study)
    throw usage_error("--resume: there is no study '{}' in {}", name, without_password(url));
  if (!a.resume && study)
    throw usage_error(
        "study '{}' is already in {}, with {} trials; give --resume to go on with it, or --study for another "
        "name",
        name, without_password(url), storage->count_trials(*study).total());

  const bool as_it_was = a.resume && a.file.empty();
  const StudyDefinition old = study ? read_definition(*storage, *study) : StudyDefinition();
  if (old.spread)
    throw usage_error("'{}' is the spread experiment of '{}': go on with it by `tailor spread`", name,
                      old.spread->study);
  const std::shared_ptr<const Dataset> dataset =
      as_it_was ? open_data(a.data.value_or(old.data.name), old.data.pictures)
                : file.look_up(file.lines.data, "data.name",
                               [&file] { return open_data(file.data, file.pictures); });
  SessionImages images{read_training_images(*dataset), dataset};
  int reopened = 0;
  if (as_it_was) {
    // Of the study as it is now: others may have changed it while the images were read.
    reopened =
        change_definition(*storage, *study, [&a](const StudyDefinition& now) { return redefine(now, a); });
  } else {
    const StudyDefinition definition = define(file, *dataset, images.images);
    if (!storage) storage = open_storage(url);
    if (study) {
      reopened = change_definition(*storage, *study, definition);
    } else {
      const StudyData& d = definition.data;
      const SharedImages shared = compare_parts(*dataset, images.images, d);
      study = create_study(*storage, name, definition);
      keep_shared_images(*storage, *study, shared);
      warn(shared_images_warnings(shared, "validation", d));
    }
  }
  if (reopened > 0 && !a.session.json)
    print_row("longer", fmt::format("{} trials that the shorter study had ended are open again", reopened));
  run_session(*storage, url, *study, std::move(images), a.session, "tune --resume", name);
}

}  // namespace

void add_tune_command(CLI::App& app) {
  auto a = std::make_shared<TuneArguments>();
  CLI::App* command = app.add_subcommand("tune", "Search the settings of one fixed network, in parallel");
  command->add_option("STUDY", a->file, "Study file (TOML), see docs/tuning.md; else the options below");
  const auto option = [&](const char* name, auto& value, const std::string& help) {
    return command->add_option(name, value, help);
  };
  option("--architecture", a->architecture, "Shipped name or TOML file [mnist_cnn]");
  option("--space", a->space, "What is searched: small, default, full or a TOML file [default]");
  option("--data", a->data, "Data set's name, folder or file (docs/images.md) [fashion-mnist]");
  add_picture_options(*command, a->pictures);
  option("--split", a->split, fmt::format("TRAIN:VALIDATION, image counts or shares [{}]", default_split));
  option("--folds", a->folds,
         "Instead of a split: so many networks a trial, each image judged by one that did not see it")
      ->check(CLI::Range(2, most_folds))
      ->excludes("--split");
  option("--trials", a->trials, "Settings to try [50]")->check(positive);
  option("--repeats", a->repeats, "Of these, so many train the leading settings again [0]")
      ->check(CLI::Range(0, 1000000));
  option("--epochs", a->epochs, "Length of a trial that is not pruned [12]")->check(CLI::Range(1, 10000));
  option("--minutes", a->minutes, "Pause after this time")->check(positive);
  option("--seed", a->seed, "Decides every random choice of the study [1]")->check(seed_range);
  option("--lag", a->lag, "Results that a decision does without, and most trials at once [8]")
      ->check(CLI::Range(1, 10000));
  option("--objective", a->objective, "What is compared (docs/metrics.md) [validation_accuracy]");
  option("--sampler", a->sampler, fmt::format("How settings are chosen [{}]", StudyPlan::default_sampler));
  option("--pruner", a->pruner, fmt::format("How bad trials are cut short [{}]", StudyPlan::default_pruner));
  option("--storage", a->storage, "Database [$TAILOR_STORAGE, else sqlite:///STUDY.db]")
      ->envname(storage_variable);
  option("--study", a->study, "The study's name there [the file's]");
  command->add_flag("--resume", a->resume, "Go on with a study; budget, space and methods may change");
  add_session_options(*command, a->session);
  command->callback([a] { tune(*a); });
}

}  // namespace tailor
