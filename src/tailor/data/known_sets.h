// Data sets that are recognised by their content: the SHA-256 of each uncompressed official file, and the
// classes' names.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tailor {

// The four files of an IDX data set.
enum class Part { train_images, train_labels, test_images, test_labels };
inline constexpr std::array<Part, 4> all_parts = {Part::train_images, Part::train_labels, Part::test_images,
                                                  Part::test_labels};
const char* part_name(Part part);  // "training images", …

struct KnownSet {
  std::string_view name;
  std::string_view package;              // of Debian and Ubuntu; empty if there is none
  std::string_view folder;               // where the package puts its files, below /usr/share/datasets
  std::array<std::string_view, 4> hash;  // by Part
  std::vector<std::string> class_names;
};

std::span<const KnownSet> known_sets();
const KnownSet* find_known_set(std::string_view name);

// Which official file has this content: nullptr if none that is known.
struct KnownFile {
  const KnownSet* set = nullptr;
  Part part = Part::train_images;
};
KnownFile identify_file(std::string_view hash);

}  // namespace tailor
