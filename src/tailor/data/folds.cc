#include "tailor/data/folds.h"

#include <algorithm>
#include <numeric>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/base/random.h"
#include "tailor/base/text.h"
#include "tailor/data/deal_groups.h"

namespace tailor {
namespace {

using Parts = std::vector<std::vector<std::uint32_t>>;

std::vector<std::size_t> even_sizes(std::size_t total, std::size_t folds) {
  std::vector<std::size_t> sizes(folds, total / folds);
  for (std::size_t f = 0; f < total % folds; ++f) ++sizes[f];
  return sizes;
}

// Like cards, one class after the other, so that the folds' sizes are even, too.
Parts deal_classes(const std::vector<std::vector<std::uint32_t>>& members, std::size_t folds,
                   std::uint64_t seed) {
  Parts parts(folds);
  std::size_t next = 0;
  for (std::size_t c = 0; c < members.size(); ++c) {
    std::vector<std::uint32_t> cards = members[c];
    shuffle(cards, Key(seed).with(Purpose::split).with(c));
    for (const std::uint32_t i : cards) parts[next++ % folds].push_back(i);
  }
  return parts;
}

void check_every_class(const Folds& folds, const ImageSet& images, std::size_t classes,
                       std::string_view where) {
  for (const Split& split : folds.splits) {
    std::vector<bool> seen(classes);
    for (const std::uint32_t i : split.train) seen[images.labels[i]] = true;
    for (const std::uint32_t i : split.validation)
      if (!seen[images.labels[i]])
        throw usage_error(
            "{}: all images of class {} came into one fold, so the network that judges them would not know the "
            "class: expected them in two groups or more that fit into different folds",
            where, images.labels[i]);
  }
}

}  // namespace

std::size_t Folds::largest_train() const {
  std::size_t largest = 0;
  for (const Split& split : splits) largest = std::max(largest, split.train.size());
  return largest;
}

std::size_t Folds::train_of_all() const {
  std::size_t sum = 0;
  for (const Split& split : splits) sum += split.train.size();
  return sum;
}

Folds make_folds(const ImageSet& images, int folds, std::uint64_t seed, std::string_view where) {
  if (folds < 2 || folds > most_folds)
    throw usage_error("{}: expected 2 to {} folds, got {}", where, most_folds, folds);
  if (images.validation_begin)
    throw usage_error(
        "{}: the data set has {} validation images of its own, which are used as they are: leave it out",
        where, images.count() - *images.validation_begin);
  const auto count = static_cast<std::size_t>(folds);
  std::vector<std::vector<std::uint32_t>> members;
  for (std::size_t i = 0; i < images.count(); ++i) {
    if (images.labels[i] >= members.size()) members.resize(images.labels[i] + std::size_t{1});
    members[images.labels[i]].push_back(static_cast<std::uint32_t>(i));
  }
  for (std::size_t c = 0; c < members.size(); ++c)
    if (!members[c].empty() && members[c].size() < count)
      throw usage_error("{}: class {} has only {} images for {} folds: expected one for each at least", where,
                        c, members[c].size(), folds);
  Parts parts;
  if (images.groups.empty()) {
    parts = deal_classes(members, count, seed);
  } else {
    if (const std::size_t groups = count_groups(images.groups); groups < count)
      throw usage_error("{}: {} folds of only {} groups: expected one for each at least", where, folds,
                        groups);
    parts = deal_groups(images.labels, images.groups, even_sizes(images.count(), count), seed);
    if (std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); }))
      throw usage_error("{}: the groups are too large for {} folds: one of them alone fills several", where,
                        folds);
  }
  Folds result;
  result.seed = seed;
  Sha256 hash;
  for (std::size_t f = 0; f < count; ++f) {
    Split split;
    split.validation = parts[f];
    for (std::size_t other = 0; other < count; ++other)
      if (other != f) split.train.insert(split.train.end(), parts[other].begin(), parts[other].end());
    result.splits.push_back(finished_split(std::move(split), seed));
    hash.add(result.splits.back().hash);
  }
  result.hash = hash.hex();
  check_every_class(result, images, members.size(), where);
  return result;
}

std::string parts_text(int folds, std::int64_t train_images, std::int64_t validation_images) {
  return folds > 0 ? fmt::format("{} images in {} folds", with_thousands(validation_images), folds)
                   : fmt::format("{} training, {} validation", with_thousands(train_images),
                                 with_thousands(validation_images));
}

Split all_images(const ImageSet& images, std::uint64_t seed) {
  Split split;
  split.train.resize(images.count());
  std::iota(split.train.begin(), split.train.end(), 0u);
  return finished_split(std::move(split), seed);
}

}  // namespace tailor
