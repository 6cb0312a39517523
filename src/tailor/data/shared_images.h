// How many images of the validation part, or of the test images, are among those that were trained on already, and how
// many images contradict each other: what train, tune, confirm, evaluate and the report warn of. The pairs themselves:
// near_duplicates.h, duplicates in inspect.h.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "tailor/data/dataset.h"
#include "tailor/data/split.h"

namespace tailor {

// Every image is compared with every other, by hash at least: parts of more images together are not looked at, as a
// training of them is to begin at once. `tailor data info` compares any number.
inline constexpr std::size_t most_compared = 200000;

struct SharedImages {
  std::size_t images = 0;   // that were looked at: the validation part, or the test images; 0: not compared
  std::size_t trained = 0;  // that these were compared with: the training part, or all training images
  std::size_t alike =
      0;  // of `images` that look like one of `trained` (near_duplicates.h), or are equal to one
  std::size_t equal = 0;        // of these, equal in every pixel
  std::size_t other_label = 0;  // of all, `trained` and `images`: those that an equal one gives another label

  double alike_share() const;
  double other_label_share() const;  // of all

  // Whether a person should know. Near duplicates are a guess, and fewer than one image in a hundred moves an accuracy
  // by less than the size of a usual validation part does: of them only those count that would have been missed
  // otherwise. What is equal is certain, and a sign of a mistake in how the parts were made: one in a thousand counts.
  bool many_alike() const;
  bool many_contradict() const;

  bool operator==(const SharedImages&) const = default;
};

// The validation part against the training part.
SharedImages shared_validation_images(const ImageSet& images, const Split& split,
                                      const DecodingProgress& progress = nullptr);
// Of folds, whose splits' validation parts are together all images: each of these is counted once, and `trained` is 0.
SharedImages all_folds(std::span<const SharedImages> folds);
// Test images against all training images: some of these fit the weights, the others chose the settings. None are
// shared where shapes differ.
SharedImages shared_test_images(const ImageSet& training, const ImageSet& test,
                                const DecodingProgress& progress = nullptr);

// {"images": …, "trained": …, "alike": …, "equal": …, "other_label": …}; nothing of another text.
std::string to_json(const SharedImages& shared);
std::optional<SharedImages> shared_images_from_json(const std::string& text);

}  // namespace tailor
