#include "tailor/data/array_dataset.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/mutex.h"
#include "tailor/base/text.h"
#include "tailor/data/arrays/archive.h"
#include "tailor/data/arrays/files.h"
#include "tailor/data/arrays/image_layout.h"
#include "tailor/data/labelled_images.h"

namespace tailor {
namespace {

// A part's images and labels, by the names that are in use.
struct ArrayPart {
  const char* what;
  std::vector<const char*> images, labels;
};

enum PartIndex : std::size_t { train_part, validation_part, test_part };

const std::array<ArrayPart, 3>& array_parts() {
  static const std::array<ArrayPart, 3> parts = {{
      {"training", {"x_train", "X_train", "train_images"}, {"y_train", "Y_train", "train_labels"}},
      {"validation",
       {"x_val", "X_val", "x_valid", "X_valid", "x_validation", "X_validation", "val_images"},
       {"y_val", "Y_val", "y_valid", "Y_valid", "y_validation", "Y_validation", "val_labels"}},
      {"test", {"x_test", "X_test", "test_images"}, {"y_test", "Y_test", "test_labels"}},
  }};
  return parts;
}

std::string file_of(const char* array) { return std::string(array) + ".npy"; }

// The one that is there of these; empty if none.
std::string find_array(const Files& files, const std::vector<const char*>& names) {
  std::vector<std::string> found;
  for (const char* name : names)
    if (files.has(file_of(name))) found.push_back(file_of(name));
  if (found.size() > 1)
    throw bad_input("{}: expected one of {}, got both: put each data set into a file or folder of its own",
                    files.location(), join(found, " and "));
  return found.empty() ? "" : found.front();
}

struct PartFiles {
  std::string images, labels;
};

struct PartContent {
  ImageLayout layout;
  std::unique_ptr<PixelBuffer> pixels;
  std::vector<std::uint16_t> labels;
};

class ArrayDataset : public FileDataset {
 public:
  ArrayDataset(std::unique_ptr<Files> files, std::array<PartFiles, 3> parts, std::string reference,
               PixelRoom room, std::vector<std::string> class_names)
      : files_(std::move(files)),
        parts_(std::move(parts)),
        reference_(std::move(reference)),
        room_(std::move(room)),
        class_names_(std::move(class_names)) {}

  std::string name() const override {
    std::string name = name_of_location(location());
    for (const std::string_view end : {".npz", ".zip", ".tar.gz", ".tgz"})
      if (name.size() > end.size() && name.ends_with(end)) name.resize(name.size() - end.size());
    return name;
  }
  std::string location() const override { return files_->location(); }
  std::vector<std::filesystem::path> files() const override {
    std::vector<std::filesystem::path> paths;
    for (const PartFiles& part : parts_)
      for (const std::string& name : {part.images, part.labels})
        if (!name.empty()) paths.push_back(files_->path(name));
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());  // an archive has them all
    return paths;
  }
  std::string reference() const override { return reference_; }

  int classes() const override {
    const MutexLock lock(mutex_);
    if (!classes_) {
      std::vector<std::uint16_t> labels;
      const std::array<std::string, 1> wanted = {part(train_part).labels};
      files_->read(wanted, [&](const std::string&, ByteStream& stream) { labels = read_labels(stream); });
      classes_ = count_classes(labels, full_name(wanted[0]));
    }
    return *classes_;
  }

  std::vector<std::string> class_names() const override {
    if (class_names_.size() == static_cast<std::size_t>(classes())) return class_names_;
    return numbered_classes(classes());
  }

  bool has_test() const override {
    return !part(test_part).images.empty() && !part(test_part).labels.empty();
  }

  ImageSet read_train() const override {
    const bool validation = !part(validation_part).images.empty();
    std::map<std::size_t, PartContent> contents =
        read_parts(validation ? std::vector<std::size_t>{train_part, validation_part}
                              : std::vector<std::size_t>{train_part});
    PartContent& train = contents[train_part];
    const int classes = count_classes(train.labels, full_name(part(train_part).labels));
    ImageSet set;
    set.shape = train.layout.shape;
    set.labels = std::move(train.labels);
    if (validation) {
      PartContent& more = contents[validation_part];
      check_shape(more.layout.shape, set.shape, validation_part);
      check_labels(more.labels, classes, full_name(part(validation_part).labels));
      set.validation_begin = set.labels.size();
      const Pixels pixels = more.pixels->finish();
      train.pixels->append(pixels);
      set.labels.insert(set.labels.end(), more.labels.begin(), more.labels.end());
    }
    set.pixels = train.pixels->finish();
    set.content_hash = hash_images(set);
    return set;
  }

  ImageSet read_test() const override {
    const PartFiles& files = existing_test();
    PartContent test = std::move(read_parts({test_part})[test_part]);
    check_labels(test.labels, classes(), full_name(files.labels));
    ImageSet set;
    set.shape = test.layout.shape;
    set.pixels = test.pixels->finish();
    set.labels = std::move(test.labels);
    set.content_hash = hash_images(set);
    return set;
  }

  void check_test(const Shape& shape) const override {
    const std::array<std::string, 2> wanted = {existing_test().images, existing_test().labels};
    ImageLayout layout;
    std::size_t labels = 0;
    files_->read(wanted, [&](const std::string& name, ByteStream& stream) {
      const NpyHeader header = read_npy_header(stream);
      if (name == wanted[0])
        layout = image_layout(header.shape, stream.name());
      else
        labels = label_count(header.shape, stream.name());
    });
    check_shape(layout.shape, shape, test_part);
    check_label_count(layout.count, labels, full_name(wanted[0]), full_name(wanted[1]));
  }

 private:
  const PartFiles& part(std::size_t index) const { return parts_[index]; }
  std::string full_name(const std::string& file) const { return files_->full_name(file); }

  const PartFiles& existing_test() const {
    const PartFiles& test = part(test_part);
    if (!has_test())
      throw bad_input(
          "{}: expected test images and labels (x_test and y_test, or test_images and test_labels), got {}",
          location(), (test.images + test.labels).empty() ? "neither" : "only " + test.images + test.labels);
    return test;
  }

  void check_shape(const Shape& got, const Shape& expected, std::size_t index) const {
    if (got != expected)
      throw bad_input("{}: expected {} images of {}x{}x{}, as the training images are, got {}x{}x{}",
                      full_name(part(index).images), array_parts()[index].what, expected.height,
                      expected.width, expected.channels, got.height, got.width, got.channels);
  }

  // All in one pass over an archive.
  std::map<std::size_t, PartContent> read_parts(const std::vector<std::size_t>& wanted) const {
    std::map<std::size_t, PartContent> contents;
    std::vector<std::string> names;
    for (const std::size_t index : wanted) {
      names.push_back(part(index).images);
      names.push_back(part(index).labels);
    }
    files_->read(names, [&](const std::string& name, ByteStream& stream) {
      for (const std::size_t index : wanted) {
        PartContent& content = contents[index];
        if (name == part(index).images) {
          const NpyHeader header = read_npy_header(stream);
          content.layout = image_layout(header.shape, stream.name());
          content.pixels = read_pixels(stream, header, content.layout);
        } else if (name == part(index).labels) {
          content.labels = read_labels(stream);
        }
      }
    });
    for (const auto& [index, content] : contents)
      check_label_count(content.layout.count, content.labels.size(), full_name(part(index).images),
                        full_name(part(index).labels));
    return contents;
  }

  std::unique_ptr<PixelBuffer> read_pixels(ByteStream& stream, const NpyHeader& header,
                                           const ImageLayout& layout) const {
    const auto buffer = [&] {
      return std::make_unique<PixelBuffer>(room_,
                                           fmt::format("{} ({})", stream.name(), shape_text(header.shape)),
                                           layout.count, layout.shape.size());
    };
    std::unique_ptr<PixelBuffer> pixels = buffer();
    const auto into = [](PixelBuffer& to) { return [&to](auto values) { to.append(values); }; };
    if (!header.fortran_order) {
      read_images(stream, header, layout, into(*pixels));
      return pixels;
    }
    read_stored(stream, header, into(*pixels));
    const Pixels stored = pixels->finish();
    pixels = buffer();
    order_images(stored, header.shape, layout, into(*pixels));
    return pixels;
  }

  const std::unique_ptr<Files> files_;
  const std::array<PartFiles, 3> parts_;
  const std::string reference_;
  const PixelRoom room_;
  const std::vector<std::string> class_names_;
  mutable Mutex mutex_;
  mutable std::optional<int> classes_ TAILOR_GUARDED_BY(mutex_);
};

bool is_single_array(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(file, code)) return false;
  std::array<char, 6> bytes{};
  std::ifstream(file, std::ios::binary).read(bytes.data(), bytes.size());
  return std::string_view(bytes.data(), bytes.size()) == "\x93NUMPY";
}

}  // namespace

bool is_array_source(const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    const std::unique_ptr<Files> files = open_folder(path);
    for (const ArrayPart& part : array_parts())
      for (const auto& names : {part.images, part.labels})
        for (const char* name : names)
          if (files->has(file_of(name))) return true;
    return false;
  }
  constexpr std::size_t enough = 64;
  const std::vector<std::string> names = first_names(path, enough);
  return is_single_array(path) || std::any_of(names.begin(), names.end(),
                                              [](const std::string& name) { return name.ends_with(".npy"); });
}

std::unique_ptr<FileDataset> open_array_dataset(const std::filesystem::path& path, std::string reference,
                                                PixelRoom room, std::vector<std::string> class_names) {
  constexpr std::string_view wanted =
      "x_train and y_train, or train_images and train_labels, each an array of its own";
  if (is_single_array(path))
    throw bad_input(
        "{}: expected {}, got a single array: give the folder that has them as .npy files, or an .npz",
        path.string(), wanted);
  std::unique_ptr<Files> files =
      kind_of_path(path) == PathKind::folder ? open_folder(path) : open_archive(path);
  std::array<PartFiles, 3> parts;
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i] = {find_array(*files, array_parts()[i].images), find_array(*files, array_parts()[i].labels)};
  if (parts[train_part].images.empty() || parts[train_part].labels.empty()) {
    std::vector<std::string> names = files->names();
    if (names.size() > 6) names.resize(6), names.emplace_back("…");
    throw bad_input("{}: expected {}, got {}", path.string(), wanted,
                    names.empty() ? "nothing" : join(names, ", "));
  }
  if (parts[validation_part].images.empty() != parts[validation_part].labels.empty())
    throw bad_input("{}: expected validation images and labels, got only {}", path.string(),
                    parts[validation_part].images + parts[validation_part].labels);
  return std::make_unique<ArrayDataset>(std::move(files), std::move(parts), std::move(reference),
                                        std::move(room), std::move(class_names));
}

}  // namespace tailor
