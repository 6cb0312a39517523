#include "tailor/data/idx_dataset.h"

#include <algorithm>
#include <optional>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/hash.h"
#include "tailor/base/mutex.h"
#include "tailor/data/idx.h"
#include "tailor/data/idx_folder.h"
#include "tailor/data/known_sets.h"
#include "tailor/data/labelled_images.h"

namespace tailor {
namespace {

class IdxDataset : public FileDataset {
 public:
  IdxDataset(IdxFolder folder, std::string reference, PixelRoom room, std::vector<std::string> class_names)
      : folder_(std::move(folder)),
        reference_(std::move(reference)),
        room_(std::move(room)),
        class_names_(std::move(class_names)) {}

  std::string location() const override { return folder_.folder.string(); }
  std::string reference() const override { return reference_; }
  std::vector<std::filesystem::path> files() const override {
    std::vector<std::filesystem::path> paths;
    for (const std::filesystem::path& file : folder_.files)
      if (!file.empty()) paths.push_back(file);
    return paths;
  }

  std::string name() const override {
    if (const KnownSet* set = known()) return std::string(set->name);
    return name_of_location(folder_.folder);
  }

  int classes() const override {
    return 1 + *std::max_element(train_labels().labels.begin(), train_labels().labels.end());
  }

  std::vector<std::string> class_names() const override {
    if (const KnownSet* set = known()) return set->class_names;
    if (class_names_.size() == static_cast<std::size_t>(classes())) return class_names_;
    return numbered_classes(classes());
  }

  bool has_test() const override {
    return !folder_.file(Part::test_images).empty() && !folder_.file(Part::test_labels).empty();
  }

  ImageSet read_train() const override {
    IdxImages images = read_images(Part::train_images);
    {
      const MutexLock lock(mutex_);
      train_images_hash_ = images.hash;
    }
    return combine(std::move(images), train_labels(), Part::train_images, Part::train_labels);
  }

  ImageSet read_test() const override {
    const IdxLabels labels = read_labels(Part::test_labels);
    for (std::size_t i = 0; i < labels.labels.size(); ++i)
      if (labels.labels[i] >= classes())
        throw bad_input(
            "{}: label {}: expected a class of the training labels, 0 to {}, got {}: do these files belong "
            "together?",
            folder_.file(Part::test_labels).string(), i, classes() - 1, labels.labels[i]);
    return combine(read_images(Part::test_images), labels, Part::test_images, Part::test_labels);
  }

  void check_test(const Shape& shape) const override {
    const IdxHeader images = read_idx_images_header(existing(Part::test_images));
    if (images.shape != shape)
      throw bad_input("{}: expected test images of {}x{}x{}, as the training images are, got {}x{}x{}",
                      folder_.file(Part::test_images).string(), shape.height, shape.width, shape.channels,
                      images.shape.height, images.shape.width, images.shape.channels);
    check_counts(images.count, read_idx_labels_header(existing(Part::test_labels)).count, Part::test_images,
                 Part::test_labels);
  }

 private:
  // Files that are one part of a known set and lie where another part should be would leak the test set.
  void check_part(const std::string& hash, Part part) const {
    const KnownFile file = identify_file(hash);
    if (file.set && file.part != part)
      throw bad_input("{}: expected {}, got the {} of {}: are the training and test files swapped?",
                      folder_.file(part).string(), part_name(part), part_name(file.part), file.set->name);
  }

  const std::filesystem::path& existing(Part part) const {
    if (folder_.file(part).empty())
      throw bad_input("{}: expected the {} ({}, or that with .gz), got no such file", location(),
                      part_name(part),
                      part == Part::test_images ? "t10k-images-idx3-ubyte" : "t10k-labels-idx1-ubyte");
    return folder_.file(part);
  }

  IdxImages read_images(Part part) const {
    IdxImages images = read_idx_images(existing(part), room_);
    check_part(images.hash, part);
    return images;
  }

  IdxLabels read_labels(Part part) const {
    IdxLabels labels = read_idx_labels(existing(part));
    check_part(labels.hash, part);
    return labels;
  }

  void check_counts(std::size_t images, std::size_t labels, Part image_part, Part label_part) const {
    if (images != labels)
      throw bad_input(
          "{}: byte 4: expected {} labels, as many as {} has images, got {}: do these files belong together?",
          folder_.file(label_part).string(), images, folder_.file(image_part).string(), labels);
  }

  ImageSet combine(IdxImages images, const IdxLabels& labels, Part image_part, Part label_part) const {
    check_counts(images.count, labels.labels.size(), image_part, label_part);
    return {images.shape, std::move(images.pixels), labels.labels, sha256(images.hash + labels.hash)};
  }

  const IdxLabels& train_labels() const {
    const MutexLock lock(mutex_);
    if (!train_labels_) {
      IdxLabels labels = read_labels(Part::train_labels);
      if (*std::max_element(labels.labels.begin(), labels.labels.end()) == 0)
        throw bad_input("{}: expected labels of at least two classes, got {} labels that are all 0",
                        folder_.file(Part::train_labels).string(), labels.labels.size());
      train_labels_ = std::move(labels);
    }
    return *train_labels_;
  }

  // The known set whose training files these are; reads the images only if the labels match and nobody has
  // read them.
  const KnownSet* known() const {
    const KnownFile labels = identify_file(train_labels().hash);
    if (!labels.set) return nullptr;
    const MutexLock lock(mutex_);
    if (train_images_hash_.empty()) train_images_hash_ = read_images(Part::train_images).hash;
    return identify_file(train_images_hash_).set == labels.set ? labels.set : nullptr;
  }

  const IdxFolder folder_;
  const std::string reference_;
  const PixelRoom room_;
  const std::vector<std::string> class_names_;
  mutable Mutex mutex_;
  mutable std::optional<IdxLabels> train_labels_ TAILOR_GUARDED_BY(mutex_);  // never changed once there
  mutable std::string train_images_hash_ TAILOR_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<FileDataset> open_idx_dataset(const std::filesystem::path& folder, std::string reference,
                                              PixelRoom room, std::vector<std::string> class_names) {
  return std::make_unique<IdxDataset>(find_idx_folder(folder), std::move(reference), std::move(room),
                                      std::move(class_names));
}

}  // namespace tailor
