#include "tailor/data/cifar_dataset.h"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <vector>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/memory.h"
#include "tailor/base/mutex.h"
#include "tailor/base/text.h"
#include "tailor/data/arrays/archive.h"
#include "tailor/data/arrays/files.h"
#include "tailor/data/arrays/pickle.h"
#include "tailor/data/labelled_images.h"

namespace tailor {
namespace {

constexpr Shape cifar_shape{32, 32, 3};
constexpr std::size_t plane_pixels = 32 * 32, image_bytes = 3 * plane_pixels;
// A batch of CIFAR-100 has 155 MB as a pickle.
constexpr std::uint64_t most_bytes_of_a_batch = std::uint64_t{1} << 30;

struct CifarForm {
  const char *name, *title;
  int classes;
  bool pickled;
  std::vector<std::string> train;
  std::string test, class_names;
  const char *labels_key, *names_key;  // of pickles
  std::size_t label_bytes;             // of binary records: the last one is the class
  const char *folder, *archive;        // as published
};

const std::array<CifarForm, 4>& cifar_forms() {
  static const std::array<CifarForm, 4> forms = {{
      {"cifar10",
       "CIFAR-10 in Python's form",
       10,
       true,
       {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"},
       "test_batch",
       "batches.meta",
       "labels",
       "label_names",
       0,
       "cifar-10-batches-py",
       "cifar-10-python.tar.gz"},
      {"cifar10",
       "CIFAR-10 in its binary form",
       10,
       false,
       {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
       "test_batch.bin",
       "batches.meta.txt",
       "",
       "",
       1,
       "cifar-10-batches-bin",
       "cifar-10-binary.tar.gz"},
      {"cifar100",
       "CIFAR-100 in Python's form",
       100,
       true,
       {"train"},
       "test",
       "meta",
       "fine_labels",
       "fine_label_names",
       0,
       "cifar-100-python",
       "cifar-100-python.tar.gz"},
      {"cifar100",
       "CIFAR-100 in its binary form",
       100,
       false,
       {"train.bin"},
       "test.bin",
       "fine_label_names.txt",
       "",
       "",
       2,
       "cifar-100-binary",
       "cifar-100-binary.tar.gz"},
  }};
  return forms;
}

struct CifarPlace {
  const CifarForm* form;
  std::filesystem::path path;
};

// "train" and "meta" are names that others may have, too: both must be there.
template <class Has>
const CifarForm* form_of(Has&& has) {
  for (const CifarForm& form : cifar_forms())
    if (form.classes == 10 ? has(form.train[0]) || has(form.train[1])
                           : has(form.train[0]) && has(form.class_names))
      return &form;
  return nullptr;
}

std::optional<CifarPlace> archive_place(const std::filesystem::path& file) {
  constexpr std::size_t enough = 4;
  const std::vector<std::string> names = first_names(file, enough);
  const auto known = [&](const CifarForm& form) {
    const auto is_of_form = [&](const std::string& name) {
      return std::find(form.train.begin(), form.train.end(), name) != form.train.end() || name == form.test ||
             name == form.class_names;
    };
    return std::count_if(names.begin(), names.end(), is_of_form) >= 2;
  };
  for (const CifarForm& form : cifar_forms())
    if (known(form)) return CifarPlace{&form, file};
  return std::nullopt;
}

std::vector<CifarPlace> places_in(const std::filesystem::path& folder) {
  const std::unique_ptr<Files> own = open_folder(folder);
  if (const CifarForm* form = form_of([&](const std::string& name) { return own->has(name); }))
    return {{form, folder}};
  std::vector<CifarPlace> places;
  for (const CifarForm& form : cifar_forms()) {
    const std::filesystem::path below = folder / form.folder;
    const std::unique_ptr<Files> files = open_folder(below);
    if (const CifarForm* found = form_of([&](const std::string& name) { return files->has(name); }))
      places.push_back({found, below});
    else if (own->has(form.archive))
      places.push_back({&form, folder / form.archive});
  }
  return places;
}

// Packed and unpacked, Python's form and the binary one are the same images; the first is taken.
std::optional<CifarPlace> find_cifar(const std::filesystem::path& path) {
  std::error_code code;
  if (!std::filesystem::is_directory(path, code)) return archive_place(path);
  const std::vector<CifarPlace> places = places_in(path);
  if (places.empty()) return std::nullopt;
  if (places.front().form->classes != places.back().form->classes)
    throw bad_input("{}: expected one data set, got CIFAR-10 and CIFAR-100: give {} or {}", path.string(),
                    places.front().path.string(), places.back().path.string());
  return places.front();
}

// Planes of red, green and blue to the images of a set.
void add_planes(std::vector<std::uint8_t>& pixels, const std::uint8_t* planes) {
  const std::size_t at = pixels.size();
  pixels.resize(at + image_bytes);
  for (std::size_t p = 0; p < plane_pixels; ++p)
    for (std::size_t c = 0; c < 3; ++c) pixels[at + p * 3 + c] = planes[c * plane_pixels + p];
}

struct CifarImages {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint16_t> labels;
};

void add_pickled(CifarImages& images, const CifarForm& form, ByteStream& stream) {
  const std::string content = read_all(stream, most_bytes_of_a_batch);
  const Pickle pickle(stream.name(), content);
  const WholeArray<std::uint8_t> data = pickle.pixels("data");
  const std::vector<std::uint16_t> labels = pickle.labels(form.labels_key);
  if (data.shape.size() != 2 || data.shape[1] != image_bytes)
    throw bad_input("{}: 'data': expected images of {} bytes each ([n][{}]), got {}", stream.name(),
                    image_bytes, image_bytes, shape_text(data.shape));
  check_label_count(data.shape[0], labels.size(), "'data'", stream.name());
  for (std::size_t i = 0; i < labels.size(); ++i)
    add_planes(images.pixels, data.values.data() + i * image_bytes);
  images.labels.insert(images.labels.end(), labels.begin(), labels.end());
}

std::uint64_t binary_images(const CifarForm& form, std::uint64_t size, const std::string& name) {
  const std::uint64_t record = form.label_bytes + image_bytes;
  if (size == 0 || size % record != 0 || size > most_bytes_of_a_batch)
    throw bad_input(
        "{}: expected records of {} bytes ({} of labels, {} of pixels), got {} bytes: the file is {}", name,
        record, form.label_bytes, image_bytes, size, size == 0 ? "empty" : "truncated, or no batch of CIFAR");
  return size / record;
}

void add_binary(CifarImages& images, const CifarForm& form, ByteStream& stream) {
  const std::uint64_t count = binary_images(form, stream.size(), stream.name());
  std::vector<std::uint8_t> record(form.label_bytes + image_bytes);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (stream.read(record.data(), record.size()) != record.size())
      throw bad_input("{}: expected {} images, got the end of the file after {} of them", stream.name(),
                      count, i);
    images.labels.push_back(record[form.label_bytes - 1]);
    add_planes(images.pixels, record.data() + form.label_bytes);
  }
}

class CifarDataset : public FileDataset {
 public:
  CifarDataset(const CifarForm& form, std::unique_ptr<Files> files, std::string reference, PixelRoom room)
      : form_(form), files_(std::move(files)), reference_(std::move(reference)), room_(std::move(room)) {}

  std::string name() const override { return form_.name; }
  std::string location() const override { return files_->location(); }
  std::string reference() const override { return reference_; }
  int classes() const override { return form_.classes; }
  std::vector<std::filesystem::path> files() const override {
    std::vector<std::string> names = form_.train;
    for (const std::string& name : {form_.test, form_.class_names})
      if (files_->has(name)) names.push_back(name);
    std::vector<std::filesystem::path> paths;
    for (const std::string& name : names) paths.push_back(files_->path(name));
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());  // an archive has them all
    return paths;
  }

  std::vector<std::string> class_names() const override {
    const MutexLock lock(mutex_);
    if (class_names_.empty())
      class_names_ = files_->has(form_.class_names) ? read_class_names() : numbered_classes(form_.classes);
    return class_names_;
  }

  bool has_test() const override { return files_->has(form_.test); }

  ImageSet read_train() const override {
    ImageSet set = read(form_.train);
    check_every_class(set.labels, form_.classes, location());
    return set;
  }

  ImageSet read_test() const override {
    existing_test();
    return read({form_.test});
  }

  // What a pickle holds shows only when it is read.
  void check_test(const Shape& shape) const override {
    const std::string name = existing_test();
    if (shape != cifar_shape)
      throw bad_input("{}: expected test images of {}x{}x{}, as the training images are, got 32x32x3", name,
                      shape.height, shape.width, shape.channels);
    const std::uint64_t size = files_->size(form_.test);
    if (form_.pickled ? size <= image_bytes : binary_images(form_, size, name) == 0)
      throw bad_input("{}: expected at least one image, got {} bytes", name, size);
  }

 private:
  std::string existing_test() const {
    if (!has_test())
      throw bad_input("{}: expected the test images, {}, got no such file", location(), form_.test);
    return files_->full_name(form_.test);
  }

  ImageSet read(const std::vector<std::string>& names) const {
    std::uint64_t bytes = 0;  // a little more than they have
    for (const std::string& name : names) bytes += files_->size(name);
    PixelBuffer pixels(room_, location(), bytes / image_bytes, image_bytes);
    ImageSet set;
    set.shape = cifar_shape;
    std::vector<std::optional<CifarImages>> batches(names.size());  // an archive may have them in any order
    std::size_t next = 0;
    files_->read(names, [&](const std::string& name, ByteStream& stream) {
      CifarImages& batch =
          batches[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())]
              .emplace();
      (form_.pickled ? add_pickled : add_binary)(batch, form_, stream);
      for (std::size_t i = 0; i < batch.labels.size(); ++i)
        if (batch.labels[i] >= form_.classes)
          throw bad_input("{}: image {}: expected a class from 0 to {}, got {}", stream.name(), i,
                          form_.classes - 1, batch.labels[i]);
      for (; next < batches.size() && batches[next]; batches[next++].reset()) {
        pixels.append(batches[next]->pixels);
        set.labels.insert(set.labels.end(), batches[next]->labels.begin(), batches[next]->labels.end());
      }
    });
    set.pixels = pixels.finish();
    set.content_hash = hash_images(set);
    return set;
  }

  std::vector<std::string> read_class_names() const {
    constexpr std::uint64_t most_bytes = 1 << 20;
    std::vector<std::string> names;
    const std::vector<std::string> wanted = {form_.class_names};
    files_->read(wanted, [&](const std::string&, ByteStream& stream) {
      const std::string content = read_all(stream, most_bytes);
      if (form_.pickled) {
        names = Pickle(stream.name(), content).texts(form_.names_key);
      } else {
        std::istringstream lines(content);
        for (std::string line; std::getline(lines, line);) {
          if (line.ends_with('\r')) line.pop_back();
          if (!line.empty()) names.push_back(line);
        }
      }
      const bool readable = std::all_of(
          names.begin(), names.end(), [](const std::string& name) { return !name.empty() && is_utf8(name); });
      if (names.size() != static_cast<std::size_t>(form_.classes) || !readable)
        throw bad_input("{}: expected the names of {} classes, got {}{}", stream.name(), form_.classes,
                        names.size(), readable ? "" : ", one of which is no text");
    });
    return names;
  }

  const CifarForm& form_;
  const std::unique_ptr<Files> files_;
  const std::string reference_;
  const PixelRoom room_;
  mutable Mutex mutex_;
  mutable std::vector<std::string> class_names_ TAILOR_GUARDED_BY(mutex_);
};

}  // namespace

bool is_cifar_source(const std::filesystem::path& path) { return find_cifar(path).has_value(); }

std::unique_ptr<FileDataset> open_cifar_dataset(const std::filesystem::path& path, std::string reference,
                                                PixelRoom room) {
  const std::optional<CifarPlace> place = find_cifar(path);
  if (!place) throw bad_input("{}: expected the files of CIFAR-10 or CIFAR-100, got none", path.string());
  std::unique_ptr<Files> files =
      kind_of_path(place->path) == PathKind::folder ? open_folder(place->path) : open_archive(place->path);
  for (const std::string& name : place->form->train)
    if (!files->has(name))
      throw bad_input("{}: expected {}, so also {}, got no such file", files->location(), place->form->title,
                      name);
  return std::make_unique<CifarDataset>(*place->form, std::move(files), std::move(reference),
                                        std::move(room));
}

}  // namespace tailor
