#include "tailor/data/fitted_dataset.h"

#include <optional>
#include <span>
#include <utility>

#include "tailor/base/mutex.h"
#include "tailor/data/dataset_wrapper.h"

namespace tailor {
namespace {

class FittedDataset : public DatasetWrapper {
 public:
  FittedDataset(std::unique_ptr<Dataset> dataset, const PictureOptions& options, const PixelRoom& room)
      : DatasetWrapper(std::move(dataset)), options_(options), room_(room) {}

  std::optional<Fit> fit() const override { return options_.fit; }
  ImageSet read_train() const override {
    ImageSet images = wrapped().read_train();
    {
      const MutexLock lock(mutex_);
      train_shape_ = images.shape;
    }
    return brought(std::move(images));
  }
  ImageSet read_test() const override { return brought(wrapped().read_test()); }

  // What is brought to the wanted shape has that of the training images before.
  void check_test(const Shape&) const override { wrapped().check_test(train_shape()); }

 private:
  Shape train_shape() const {
    {
      const MutexLock lock(mutex_);
      if (train_shape_) return *train_shape_;
    }
    return wrapped().read_train().shape;
  }

  ImageSet brought(ImageSet images) const {
    const Shape from = images.shape;
    Shape to = from;
    if (options_.size) to.height = options_.size->height, to.width = options_.size->width;
    if (options_.channels > 0) to.channels = options_.channels;
    if (to == from) return images;
    PixelBuffer pixels(room_, location() + " in this size", images.count(), to.size());
    for (std::size_t i = 0; i < images.count(); ++i) {
      const std::span<const std::uint8_t> image = images.image(i);
      const Picture fitted =
          fit_picture({from, {image.begin(), image.end()}}, to, options_.fit, black_ground);
      pixels.append(fitted.pixels);
    }
    images.shape = to;
    images.pixels = pixels.finish();
    return images;
  }

  const PictureOptions options_;
  const PixelRoom room_;
  mutable Mutex mutex_;
  mutable std::optional<Shape> train_shape_ TAILOR_GUARDED_BY(mutex_);  // as it was read
};

}  // namespace

bool asks_for_fitting(const PictureOptions& options) { return options.size || options.channels > 0; }

std::unique_ptr<Dataset> fitted(std::unique_ptr<Dataset> dataset, const PictureOptions& options,
                                const PixelRoom& room) {
  return std::make_unique<FittedDataset>(std::move(dataset), options, room);
}

}  // namespace tailor
