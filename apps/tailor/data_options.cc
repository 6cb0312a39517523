#include "data_options.h"

#include <memory>

#include <fmt/format.h>

#include "progress.h"
#include "tailor/base/text.h"
#include "warn.h"

namespace tailor {
namespace {

// Draws what is done to images. A new step, or none for a while, begins a new line.
class DecodingLine {
 public:
  explicit DecodingLine(std::string unit) : unit_(std::move(unit)) {}
  void operator()(std::string_view what, std::size_t done, std::size_t of) {
    if (what != what_ || of != of_) {
      what_ = what, of_ = of;
      progress_ = std::make_unique<Progress>(static_cast<std::int64_t>(of), unit_);
    }
    progress_->update(static_cast<std::int64_t>(done), what_);
    if (done == of && of > 0) progress_->clear();  // of 0: waits, and counts nothing
  }

 private:
  const std::string unit_;
  std::string what_;
  std::size_t of_ = 0;
  std::unique_ptr<Progress> progress_;
};

}  // namespace

PictureOptions GivenPictureOptions::over(PictureOptions options) const {
  if (size) options.size = image_size(*size, "--size");
  if (fit) options.fit = fit_from_name(*fit, "--fit");
  if (channels) options.channels = checked_channels(*channels, "--channels");
  if (skip_unreadable) options.skip_unreadable = true;
  return options;
}

std::vector<CLI::Option*> add_picture_options(CLI::App& command, GivenPictureOptions& options) {
  return {command.add_option("--size", options.size,
                             "WIDTHxHEIGHT that pictures are brought to [they are equal already]"),
          command.add_option("--fit", options.fit, "How other shapes get there: " + fit_names() + " [crop]"),
          command.add_option("--channels", options.channels, "1: grey, 3: colour [grey if all pictures are]"),
          command.add_flag("--skip-unreadable", options.skip_unreadable,
                           "Go on without pictures that cannot be read")};
}

std::unique_ptr<Dataset> open_data(const std::string& name_or_path, const PictureOptions& pictures) {
  return open_dataset(name_or_path, {.pictures = pictures, .progress = progress_line("pictures")});
}

DecodingProgress progress_line(const std::string& unit) {
  return [line = std::make_shared<DecodingLine>(unit)](auto&&... step) { (*line)(step...); };
}

ImageSet read_training_images(const Dataset& dataset) {
  ImageSet images = dataset.read_train();
  const std::vector<std::string> left_out = dataset.left_out();
  if (!left_out.empty())
    warn({fmt::format("{} of the pictures cannot be read and are left out: {}{}", left_out.size(),
                      left_out.front(), left_out.size() > 1 ? ", …" : "")});
  return images;
}

void warn_if_many_for_folds(const Folds& folds) {
  if (folds.images() < few_images) return;
  const double one_split = static_cast<double>(folds.images()) * 2 / 3;  // default_split
  warn({fmt::format(
      "{} images: a third of them validates well enough, and {} folds take {:.1f} times as long as "
      "one split. Folds are for fewer than {} images",
      with_thousands(static_cast<std::int64_t>(folds.images())), folds.count(),
      static_cast<double>(folds.train_of_all()) / one_split,
      with_thousands(static_cast<std::int64_t>(few_images)))});
}

}  // namespace tailor
