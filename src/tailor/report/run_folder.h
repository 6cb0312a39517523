// The folder of one training: which files it has, and the description that lets later commands and a
// resumption find everything again. docs/run-folder.md explains each file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tailor/data/images_ledger.h"
#include "tailor/data/picture_options.h"
#include "tailor/data/split.h"
#include "tailor/nn/architecture/architecture.h"
#include "tailor/train/measuring/metric.h"
#include "tailor/train/model.h"
#include "tailor/train/recipe.h"

namespace tailor {

namespace run_file {
inline constexpr const char* description = "run.toml";
inline constexpr const char* architecture = "architecture.toml";
inline constexpr const char* metrics = "metrics.csv";
inline constexpr const char* summary = "summary.json";
inline constexpr const char* model = "model.safetensors";
inline constexpr const char* confusion = "confusion.csv";
inline constexpr const char* per_class = "per_class.csv";
inline constexpr const char* architecture_picture = "architecture.svg";
inline constexpr const char* ledger = "test_ledger.jsonl";
inline constexpr const char* checkpoint_folder = "checkpoint";
inline constexpr const char* checkpoint = "checkpoint/state.safetensors";
inline constexpr const char* folds_checkpoint = "checkpoint/folds";  // a folder
// All that a run writes; the ledger stays, because an opened seal stays opened.
inline constexpr const char* all[] = {
    summary,      description,     architecture,         metrics,           model,
    confusion,    per_class,       architecture_picture, checkpoint_folder, "curves.svg",
    "curves.png", "confusion.svg", "confusion.png"};
}  // namespace run_file

// What was asked for: with the same build and kind of machine it gives the same weights again.
struct RunDescription {
  std::string version;
  std::string data;  // as given to open_dataset; folders absolute
  std::string data_hash;
  PictureOptions pictures = {};                          // as given to open_dataset
  std::int64_t train_images = 0, validation_images = 0;  // with folds: of the one that has most, and all
  std::uint64_t split_seed = 0;
  std::string split_hash;
  std::uint64_t seed = 0;
  bool layer_by_layer = false;
  Metric objective = Metric::accuracy;
  int folds = 0;  // 0: one split. Else the seed and the hash of the split are of the folds
  Architecture architecture;
  Settings settings;
};

// Writes run.toml and architecture.toml; `settings` are the run's, with where each value came from.
void write_description(const std::filesystem::path& folder, const RunDescription& run,
                       const ResolvedSettings& settings);

// Bad input if the folder is no run, or its files do not fit each other.
RunDescription read_description(const std::filesystem::path& folder);

// The model of a finished run. Bad input that says so if its training has not ended.
Model read_run_model(const std::filesystem::path& folder);

// The openings of these test images that the run's own ledger tells of.
std::vector<ImagesOpening> run_openings(const std::filesystem::path& folder, const std::string& test_hash);

// Writes down in the run's ledger that the test images are opened, as the account's has it. `before`: how
// often these images had been opened, whatever for.
void record_test_opening(const std::filesystem::path& folder, const std::string& weights_hash,
                         const ImagesOpening& opening, std::size_t before);

}  // namespace tailor
