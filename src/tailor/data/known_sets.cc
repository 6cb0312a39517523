#include "tailor/data/known_sets.h"

namespace tailor {

const char* part_name(Part part) {
  switch (part) {
    case Part::train_images:
      return "training images";
    case Part::train_labels:
      return "training labels";
    case Part::test_images:
      return "test images";
    case Part::test_labels:
      return "test labels";
  }
  return "";
}

std::span<const KnownSet> known_sets() {
  // Hashes of the files from https://github.com/zalandoresearch/fashion-mnist after gunzip (Debian's package
  // repacks them, so only their content is the same); class names from its README.
  static const std::vector<KnownSet> sets = {
      {"fashion-mnist",
       "dataset-fashion-mnist",
       "fashion-mnist",
       {"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
       {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot"}},
  };
  return sets;
}

const KnownSet* find_known_set(std::string_view name) {
  for (const KnownSet& set : known_sets())
    if (set.name == name) return &set;
  return nullptr;
}

KnownFile identify_file(std::string_view hash) {
  for (const KnownSet& set : known_sets())
    for (const Part part : all_parts)
      if (set.hash[static_cast<std::size_t>(part)] == hash) return {&set, part};
  return {};
}

}  // namespace tailor
