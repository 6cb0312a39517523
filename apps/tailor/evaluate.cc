// tailor evaluate: measures a finished run's model on its validation images, or opens the sealed test set.
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "commands.h"
#include "compare_parts.h"
#include "data_options.h"
#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/hash.h"
#include "tailor/base/state_folder.h"
#include "tailor/base/text.h"
#include "tailor/data/dataset.h"
#include "tailor/data/images_ledger.h"
#include "tailor/report/metrics_json.h"
#include "tailor/report/openings_words.h"
#include "tailor/report/run_folder.h"
#include "tailor/report/shared_images_words.h"
#include "tailor/report/summary.h"
#include "tailor/report/tables.h"
#include "tailor/train/batch_loader.h"
#include "tailor/train/model.h"
#include "threads_option.h"
#include "warn.h"

namespace tailor {
namespace {

struct EvaluateArguments {
  std::string folder;
  std::string data;
  bool test = false, json = false, augmented = false;
  int threads = 1;
};

// The run's training images: what is measured must belong to them, wherever the data set is now.
ImageSet training_images(const Dataset& dataset, const RunDescription& run) {
  ImageSet images = dataset.read_train();
  if (images.content_hash != run.data_hash)
    throw bad_input("{}: not the images that this run was trained and validated on (hash {}, expected {})",
                    dataset.location(), images.content_hash, run.data_hash);
  return images;
}

ImageSet test_images(const Dataset& dataset, const Model& model) {
  ImageSet images = dataset.read_test();
  check_images(images, model.architecture.input, model.architecture.classes,
               dataset.location() + ": the test images");
  return images;
}

// Before anything is measured: an opening counts even if the command is killed.
void write_down(const std::filesystem::path& folder, const ImageSet& images, const ImagesOpenings& before,
                const ImagesLedger& ledger) {
  std::error_code ignored;
  const ImagesOpening opening{.time = opening_time(),
                              .test_hash = images.content_hash,
                              .command = "tailor evaluate --test",
                              .study = {},
                              .confirmation = {},
                              .run = std::filesystem::weakly_canonical(folder, ignored).string(),
                              .host = host_name(),
                              .images = static_cast<std::int64_t>(images.count())};
  record_test_opening(folder, sha256(read_file(folder / run_file::model)), opening, before.openings.size());
  ledger.record(opening);
}

void evaluate(const EvaluateArguments& arguments) {
  const std::filesystem::path folder = arguments.folder;
  const RunDescription run = read_description(folder);
  Model model = read_run_model(folder);
  if (run.folds > 0 && !arguments.test)
    throw usage_error(
        "{}: the network of a run with folds was trained on all images, so there are none left to validate it; what "
        "the folds said of them is in summary.json. --test opens the test images",
        folder.string());
  RunSummary summary = read_summary(folder / run_file::summary);
  const std::unique_ptr<Dataset> dataset =
      open_data(arguments.data.empty() ? run.data : arguments.data, run.pictures);

  ImagesOpenings opened_before;
  const std::optional<ImagesLedger> ledger = arguments.test ? std::optional(account_ledger()) : std::nullopt;
  if (ledger) ledger->make_ready();
  ImageSet images = training_images(*dataset, run);
  std::vector<std::uint32_t> indices;
  if (arguments.test) {
    const ImageSet training = std::exchange(images, test_images(*dataset, model));
    indices.resize(images.count());
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<std::uint32_t>(i);
    opened_before = ledger->of(images.content_hash);
    opened_before.add(run_openings(folder, images.content_hash));
    if (!arguments.json) {
      std::printf("%s\n", opened_before_text(opened_before).c_str());
      std::fflush(stdout);
    }
    write_down(folder, images, opened_before, *ledger);
    summary.shared_test = compare_test(*dataset, training, images);
    warn(shared_images_warnings(*summary.shared_test, "test", data_of(run)));
  } else {
    const Split split = split_images(images, static_cast<std::size_t>(run.train_images),
                                     static_cast<std::size_t>(run.validation_images), run.split_seed);
    if (split.hash != run.split_hash)
      throw bad_input("{}: the split of this run cannot be drawn again (hash {}, expected {})",
                      folder.string(), split.hash, run.split_hash);
    indices = split.validation;
  }

  Workers workers(useful_threads(arguments.threads));
  Network network(model.architecture, measuring_plan(model.architecture), workers);
  network.use(model.values);
  const Augmenter augmenter(images.shape, model.normalization, augmentation(run.settings));
  Evaluator evaluator(network, augmenter, images.shape, model.views, workers);
  if (arguments.augmented) evaluator.vary(Key(run.seed).with(Purpose::augmentation));
  evaluator.use_temperature(model.temperature);
  Predictions predictions;
  const Score score = evaluator.measure(images, indices, &predictions);
  const Confusion confusion = confusion_of(predictions);
  const MetricEstimates estimates = estimate_all(predictions);

  const char* how = arguments.augmented ? ", varied as in training" : "";
  if (arguments.test) {
    summary.test = score;
    summary.test_images = score.count;
    summary.test_metrics = estimates;
    write_summary(folder / run_file::summary, summary);
  }
  const Interval interval = wilson_interval(score.accuracy, score.count);
  if (arguments.json) {
    nlohmann::ordered_json out{{"augmented", arguments.augmented},
                               {"images", arguments.test ? "test" : "validation"},
                               {"count", score.count},
                               {"accuracy", score.accuracy},
                               {"accuracy_95_low", interval.low},
                               {"accuracy_95_high", interval.high},
                               {"loss", score.loss},
                               {"loss_standard_error", score.loss_error}};
    out["metrics"] = estimates_json(estimates);
    if (arguments.test) {
      add_opened_before(out, opened_before);
      out["shared_images"] = nlohmann::ordered_json::parse(to_json(summary.shared_test.value()));
    }
    std::printf("%s\n", out.dump(2).c_str());
    return;
  }
  std::printf("%s images of %s: %s%s\n\n", arguments.test ? "Test" : "Validation", dataset->name().c_str(),
              with_thousands(score.count).c_str(), how);
  std::printf("%s\n%s", metrics_table(estimates).c_str(), class_table(confusion, model.class_names).c_str());
  if (arguments.test)
    std::printf("\nThis opening is written down in\n  %s\n  %s\n", (folder / run_file::ledger).c_str(),
                ledger->file().c_str());
}

}  // namespace

void add_evaluate_command(CLI::App& app) {
  auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* command =
      app.add_subcommand("evaluate", "Measure a run's model on validation images, or open the test set");
  command->add_option("folder", arguments->folder, "The run's folder")->required();
  command->add_flag("--test", arguments->test,
                    "Open the seal: measure on the test images; the opening is written down");
  command
      ->add_flag("--augmented", arguments->augmented,
                 "Vary the images as the training did: a mistake, to show what it does to the numbers")
      ->excludes("--test");
  command->add_option("--data", arguments->data, "Where the data set is now, if it has moved");
  add_threads_option(*command, arguments->threads);
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments] { evaluate(*arguments); });
}

}  // namespace tailor
