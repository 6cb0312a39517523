// What the commands that open a data set share: --data and how its pictures become images, progress while they are
// decoded, and a word on what was left out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tailor/data/dataset.h"
#include "tailor/data/folds.h"

namespace tailor {

// --size, --fit, --channels, --skip-unreadable as they were given.
struct GivenPictureOptions {
  std::optional<std::string> size, fit;
  std::optional<int> channels;
  bool skip_unreadable = false;

  bool any() const { return size || fit || channels || skip_unreadable; }
  // These over others: a study file's.
  PictureOptions over(PictureOptions options) const;
};
std::vector<CLI::Option*> add_picture_options(CLI::App& command, GivenPictureOptions& options);

// Opens it with a line of progress on the terminal while pictures are decoded.
std::unique_ptr<Dataset> open_data(const std::string& name_or_path, const PictureOptions& pictures);

// A line of progress for each step, in so many `unit`s.
DecodingProgress progress_line(const std::string& unit);

// Reads the training images, and warns of files that were left out.
ImageSet read_training_images(const Dataset& dataset);

// Where one split of so many images would tell enough.
void warn_if_many_for_folds(const Folds& folds);

}  // namespace tailor
