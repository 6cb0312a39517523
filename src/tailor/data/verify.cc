#include "tailor/data/verify.h"

#include <algorithm>
#include <optional>

#include "tailor/base/error.h"
#include "tailor/base/text.h"
#include "tailor/data/dataset.h"
#include "tailor/data/idx.h"
#include "tailor/data/idx_folder.h"

namespace tailor {
namespace {

struct Contents {
  std::optional<IdxImages> images;
  std::optional<IdxLabels> labels;

  std::size_t count() const { return images ? images->count : labels ? labels->labels.size() : 0; }
};

// Reads the file into contents and says what it holds, or what is wrong.
FileCheck check_file(Part part, const std::filesystem::path& path, Contents& contents) {
  FileCheck check{.part = part, .file = path.string()};
  if (path.empty()) {
    check.problem = "no such file";
    return check;
  }
  try {
    if (part == Part::train_images || part == Part::test_images) {
      const IdxImages& images = contents.images.emplace(read_idx_images(path, account_pixel_room()));
      check.hash = images.hash;
      check.holds =
          fmt::format("{} images, {} x {} x {}", with_thousands(static_cast<long long>(images.count)),
                      images.shape.height, images.shape.width, images.shape.channels);
      contents.images->pixels = {};  // only the facts are needed
    } else {
      const IdxLabels& labels = contents.labels.emplace(read_idx_labels(path));
      check.hash = labels.hash;
      check.holds =
          fmt::format("{} labels, 0 to {}", with_thousands(static_cast<long long>(labels.labels.size())),
                      *std::max_element(labels.labels.begin(), labels.labels.end()));
    }
  } catch (const Error& error) {
    check.problem = error.what();
  }
  if (const KnownSet* set = identify_file(check.hash).set) check.official = set->name;
  return check;
}

}  // namespace

bool Verification::good() const {
  return std::all_of(files.begin(), files.end(),
                     [](const FileCheck& check) { return check.problem.empty(); });
}

Verification verify_dataset(const std::string& name_or_folder) {
  Verification result;
  result.location = open_dataset(name_or_folder)->location();
  if (!has_idx_files(result.location))
    throw usage_error(
        "{}: data verify checks the four files of IDX sets, and this data set has none: data info reads and checks "
        "all of its images",
        result.location);
  const IdxFolder folder = find_idx_folder(result.location);
  std::array<Contents, 4> contents;
  const KnownSet* expected = find_known_set(name_or_folder);
  for (const Part part : all_parts) {
    const auto p = static_cast<std::size_t>(part);
    result.files[p] = check_file(part, folder.file(part), contents[p]);
    if (!expected && contents[p].images) expected = identify_file(result.files[p].hash).set;
  }

  const auto problem = [&](Part part, const std::string& text) {
    std::string& found = result.files[static_cast<std::size_t>(part)].problem;
    if (found.empty()) found = text;
  };
  if (expected) {
    for (const FileCheck& check : std::array(result.files)) {
      const KnownFile known = identify_file(check.hash);
      if (known.set == expected && known.part == check.part) continue;
      problem(check.part, known.set ? fmt::format("expected the {}, got the {} of {}", part_name(check.part),
                                                  part_name(known.part), known.set->name)
                                    : fmt::format("not the official {} of {}: the content differs",
                                                  part_name(check.part), expected->name));
    }
  }
  const auto compare_counts = [&](Part images, Part labels) {
    const Contents &a = contents[static_cast<std::size_t>(images)],
                   &b = contents[static_cast<std::size_t>(labels)];
    if (a.images && b.labels && a.count() != b.count())
      problem(labels, fmt::format("expected {} labels, one for each image, got {}", a.count(), b.count()));
  };
  compare_counts(Part::train_images, Part::train_labels);
  compare_counts(Part::test_images, Part::test_labels);
  const auto &train = contents[0], &train_labels = contents[1], &test = contents[2],
             &test_labels = contents[3];
  if (train.images && test.images && train.images->shape != test.images->shape)
    problem(Part::test_images, "expected images of the training images' size");
  if (train_labels.labels && test_labels.labels) {
    const auto largest = [](const Contents& c) {
      return *std::max_element(c.labels->labels.begin(), c.labels->labels.end());
    };
    if (largest(test_labels) > largest(train_labels))
      problem(Part::test_labels, fmt::format("expected classes of the training labels, 0 to {}, got {}",
                                             largest(train_labels), largest(test_labels)));
    if (largest(train_labels) == 0)
      problem(Part::train_labels, "expected at least two classes, got label 0 only");
  }
  return result;
}

}  // namespace tailor
