#include "tailor/data/dataset.h"

#include <array>

#include "tailor/base/error.h"
#include "tailor/base/file.h"
#include "tailor/base/text.h"
#include "tailor/data/array_dataset.h"
#include "tailor/data/cifar_dataset.h"
#include "tailor/data/idx_dataset.h"
#include "tailor/data/known_sets.h"

namespace tailor {
namespace {

namespace fs = std::filesystem;

// A kind of data set: whether this path is one, by its content, and how to open it.
struct DataSource {
  bool (*is)(const fs::path& path);
  std::unique_ptr<Dataset> (*open)(const fs::path& path, std::string reference,
                                   const DatasetOptions& options);
};

// Tried in turn; the last one takes every folder that is left, and says what it misses there.
constexpr std::array sources = {
    DataSource{is_cifar_source,
               [](const fs::path& path, std::string reference, const DatasetOptions&) {
                 return open_cifar_dataset(path, std::move(reference));
               }},
    DataSource{is_array_source,
               [](const fs::path& path, std::string reference, const DatasetOptions&) {
                 return open_array_dataset(path, std::move(reference));
               }},
    DataSource{[](const fs::path& path) { return kind_of_path(path) == PathKind::folder; },
               [](const fs::path& path, std::string reference, const DatasetOptions&) {
                 return open_idx_dataset(path, std::move(reference));
               }},
};

}  // namespace

std::unique_ptr<Dataset> open_dataset(const std::string& name_or_path, const DatasetOptions& options) {
  fs::path path = name_or_path;
  std::string reference = fs::absolute(path).lexically_normal().string();
  if (const KnownSet* set = find_known_set(name_or_path)) {
    path = options.installed / set->folder;
    reference = set->name;
    if (kind_of_path(path) != PathKind::folder)
      throw bad_input(
          "{}: expected the data set {}, got no such folder: install it (apt-get install {}) or give a "
          "folder with its four IDX files",
          path.string(), set->name, set->package);
  } else if (kind_of_path(path) == PathKind::nothing) {
    std::vector<std::string> names;
    for (const KnownSet& each : known_sets()) names.emplace_back(each.name);
    throw usage_error("there is no data set and no folder '{}'{}: expected {} or a folder with IDX files",
                      name_or_path, did_you_mean(name_or_path, names), join(names, ", "));
  }
  for (const DataSource& source : sources)
    if (source.is(path)) return source.open(path, std::move(reference), options);
  throw bad_input(
      "{}: expected a data set: a folder with IDX files or .npy arrays, an .npz, or CIFAR as published, got a file of "
      "another kind",
      path.string());
}

}  // namespace tailor
