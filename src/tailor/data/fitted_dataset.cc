#include "tailor/data/fitted_dataset.h"

#include <utility>
#include <vector>

namespace tailor {
namespace {

class FittedDataset : public Dataset {
 public:
  FittedDataset(std::unique_ptr<Dataset> dataset, const PictureOptions& options)
      : dataset_(std::move(dataset)), options_(options) {}

  std::string name() const override { return dataset_->name(); }
  std::string location() const override { return dataset_->location(); }
  std::string reference() const override { return dataset_->reference(); }
  int classes() const override { return dataset_->classes(); }
  std::vector<std::string> class_names() const override { return dataset_->class_names(); }
  bool has_test() const override { return dataset_->has_test(); }
  std::optional<Fit> fit() const override { return options_.fit; }
  ImageSet read_train() const override { return brought(dataset_->read_train()); }
  ImageSet read_test() const override { return brought(dataset_->read_test()); }

  // Of any shape: it is brought to that of the training images.
  void check_test(const Shape&) const override { dataset_->check_test(dataset_->read_train().shape); }

 private:
  ImageSet brought(ImageSet images) const {
    const Shape from = images.shape;
    Shape to = from;
    if (options_.size) to.height = options_.size->height, to.width = options_.size->width;
    if (options_.channels > 0) to.channels = options_.channels;
    if (to == from) return images;
    std::vector<std::uint8_t> pixels;
    pixels.reserve(images.count() * to.size());
    for (std::size_t i = 0; i < images.count(); ++i) {
      const std::span<const std::uint8_t> image = images.image(i);
      const Picture fitted =
          fit_picture({from, {image.begin(), image.end()}}, to, options_.fit, black_ground);
      pixels.insert(pixels.end(), fitted.pixels.begin(), fitted.pixels.end());
    }
    images.shape = to;
    images.pixels = std::move(pixels);
    return images;
  }

  const std::unique_ptr<Dataset> dataset_;
  const PictureOptions options_;
};

}  // namespace

std::unique_ptr<Dataset> fitted(std::unique_ptr<Dataset> dataset, const PictureOptions& options) {
  if (dataset->fit() || (!options.size && options.channels == 0)) return dataset;
  return std::make_unique<FittedDataset>(std::move(dataset), options);
}

}  // namespace tailor
