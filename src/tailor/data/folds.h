// Cross-validation's parts: every image validates in exactly one fold, by a network that was trained on all others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tailor/data/image_set.h"
#include "tailor/data/split.h"

namespace tailor {

inline constexpr int most_folds = 100;
// Where so many images can be divided once, each part tells enough: folds only cost time.
inline constexpr std::size_t few_images = 5000;

struct Folds {
  std::vector<Split> splits;  // the validation parts are disjoint, and together all images
  std::uint64_t seed = 0;
  std::string hash;  // SHA-256 over the splits' hashes, hex

  std::size_t count() const { return splits.size(); }
  std::size_t images() const { return splits[0].train.size() + splits[0].validation.size(); }
  // Of the fold that has most; and of all, which one epoch of a network for each fold goes through.
  std::size_t largest_train() const;
  std::size_t train_of_all() const;
};

// A function of the set, the number and the seed. Each class is dealt out evenly: folds differ by one image of a class at
// most, and by one image in size. With groups, no group in two folds, and both as nearly as whole groups allow.
// A usage error that starts with `where`: fewer than 2 folds or more than most_folds, more than images in the
// smallest class or than groups, a class that some fold's training part lacks, a set with a validation part of its own.
Folds make_folds(const ImageSet& images, int folds, std::uint64_t seed, std::string_view where);

// "40,000 training, 20,000 validation", "2,000 images in 5 folds": a study's or run's own numbers for people.
std::string parts_text(int folds, std::int64_t train_images, std::int64_t validation_images);

// All images train and none validates: for the network that is kept, once settings and epochs are known.
Split all_images(const ImageSet& images, std::uint64_t seed);

}  // namespace tailor
