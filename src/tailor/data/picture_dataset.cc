#include "tailor/data/picture_dataset.h"

#include <array>
#include <optional>
#include <utility>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/mutex.h"
#include "tailor/data/decode_pictures.h"

namespace tailor {
namespace {

class PictureDataset : public Dataset {
 public:
  PictureDataset(PictureList list, std::string location, std::string reference, const DatasetOptions& options)
      : list_(std::move(list)),
        location_(std::move(location)),
        reference_(std::move(reference)),
        options_(options),
        cache_(account_image_cache()) {}

  std::string name() const override {  // of the folder or file, wherever one stands
    const std::filesystem::path path = std::filesystem::path(reference_);
    return (path.has_filename() ? path : path.parent_path()).filename().string();
  }
  std::string location() const override { return location_; }
  std::string reference() const override { return reference_; }
  int classes() const override { return static_cast<int>(list_.class_names.size()); }
  std::vector<std::string> class_names() const override { return list_.class_names; }
  bool has_test() const override { return !list_.part(PicturePart::test).empty(); }
  std::optional<Fit> fit() const override { return options_.pictures.fit; }

  ImageSet read_train() const override {
    constexpr std::array parts = {PicturePart::train, PicturePart::validation};
    ImagePack pack = decode_pictures(list_, parts, options_.pictures, cache_, options_.progress);
    const MutexLock lock(mutex_);
    channels_ = pack.images.shape.channels;
    unreadable_ = std::move(pack.notes.unreadable);
    return std::move(pack.images);
  }

  ImageSet read_test() const override {
    if (!has_test()) throw no_test();
    PictureOptions options = options_.pictures;
    options.channels = train_channels();  // colours are the training pictures' matter
    constexpr std::array parts = {PicturePart::test};
    return decode_pictures(list_, parts, options, cache_, options_.progress).images;
  }

  void check_test(const Shape&) const override {
    if (!has_test()) throw no_test();
    for (const PictureEntry& entry : list_.part(PicturePart::test))
      if (kind_of_path(list_.folder / entry.path) != PathKind::file)
        throw bad_input("{}: expected a test picture, got no such file",
                        (list_.folder / entry.path).string());
  }

  std::vector<std::string> left_out() const override {
    const MutexLock lock(mutex_);
    return unreadable_;
  }

 private:
  Error no_test() const {
    return bad_input(
        "{}: expected test pictures (a folder test/ beside train/, or the part test in a manifest), got none",
        location_);
  }

  int train_channels() const {
    {
      const MutexLock lock(mutex_);
      if (channels_ > 0) return channels_;
    }
    return read_train().shape.channels;
  }

  const PictureList list_;
  const std::string location_, reference_;
  const DatasetOptions options_;
  const ImageCache cache_;
  mutable Mutex mutex_;
  mutable int channels_ TAILOR_GUARDED_BY(mutex_) = 0;
  mutable std::vector<std::string> unreadable_ TAILOR_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Dataset> make_picture_dataset(PictureList list, std::string location, std::string reference,
                                              const DatasetOptions& options) {
  return std::make_unique<PictureDataset>(std::move(list), std::move(location), std::move(reference),
                                          options);
}

}  // namespace tailor
