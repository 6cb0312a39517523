#include "tailor/data/split.h"

#include <algorithm>
#include <numeric>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/base/random.h"
#include "tailor/base/text.h"
#include "tailor/data/deal_groups.h"

namespace tailor {
namespace {

// Divides `total` in proportion to `counts` (whose sum is at least `total` and not 0) by largest remainders;
// equal remainders favour the earlier class. No share exceeds its count.
std::vector<std::size_t> apportion(const std::vector<std::size_t>& counts, std::size_t total) {
  const std::size_t sum = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  std::vector<std::size_t> shares(counts.size()), order(counts.size());
  std::size_t given = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) given += shares[c] = counts[c] * total / sum;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return counts[a] * total % sum > counts[b] * total % sum;
  });
  for (std::size_t i = 0; given < total; ++i, ++given) ++shares[order[i]];
  return shares;
}

void add_list(Sha256& hash, const std::vector<std::uint32_t>& list) {
  std::string bytes;
  const auto add = [&](std::uint64_t value, int size) {
    for (int b = 0; b < size; ++b) bytes += static_cast<char>(value >> (8 * b));
  };
  add(list.size(), 8);
  for (const std::uint32_t i : list) add(i, 4);
  hash.add(bytes);
}

void check_sizes(std::size_t train, std::size_t validation, std::size_t n) {
  if (train == 0 || validation == 0)
    throw usage_error("split {}:{}: expected at least one image in each part", train, validation);
  if (train > n || validation > n - train)
    throw usage_error("split {}:{}: expected no more than the {} images of the training set", train,
                      validation, n);
}

}  // namespace

Split finished_split(Split split, std::uint64_t seed) {
  split.seed = seed;
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  Sha256 hash;
  add_list(hash, split.train);
  add_list(hash, split.validation);
  split.hash = hash.hex();
  return split;
}

std::pair<std::size_t, std::size_t> split_sizes(const std::string& text, std::size_t total,
                                                std::string_view where) {
  constexpr std::uint64_t most = 0xffffffff;  // images of any set
  const auto parts = numbers(text, ':', most);
  if (!parts || parts->size() != 2 || parts->front() == 0 || parts->back() == 0)
    throw usage_error("{}: expected TRAIN:VALIDATION as image counts (40000:20000) or shares (2:1), got '{}'",
                      where, text);
  const std::size_t a = parts->front(), b = parts->back();
  if (a + b > 100) return {a, b};
  const std::size_t train = total * a / (a + b);
  return {train, total - train};
}

Split stratified_split(std::span<const std::uint16_t> labels, std::size_t train, std::size_t validation,
                       std::uint64_t seed) {
  const std::size_t n = labels.size();
  check_sizes(train, validation, n);

  std::vector<std::vector<std::uint32_t>> members(1u + *std::max_element(labels.begin(), labels.end()));
  for (std::size_t i = 0; i < n; ++i) members[labels[i]].push_back(static_cast<std::uint32_t>(i));
  std::vector<std::size_t> counts;
  for (const auto& list : members) counts.push_back(list.size());
  const std::vector<std::size_t> used = apportion(counts, train + validation);
  const std::vector<std::size_t> for_train = apportion(used, train);

  Split split;
  for (std::size_t c = 0; c < members.size(); ++c) {
    shuffle(members[c], Key(seed).with(Purpose::split).with(c));
    const auto begin = members[c].begin();
    const auto middle = begin + static_cast<std::ptrdiff_t>(for_train[c]);
    split.train.insert(split.train.end(), begin, middle);
    split.validation.insert(split.validation.end(), middle, begin + static_cast<std::ptrdiff_t>(used[c]));
  }
  return finished_split(std::move(split), seed);
}

Split grouped_split(std::span<const std::uint16_t> labels, std::span<const std::uint32_t> groups,
                    std::size_t train, std::size_t validation, std::uint64_t seed) {
  const std::size_t n = labels.size();
  check_sizes(train, validation, n);
  if (const std::size_t count = count_groups(groups); count < 2)
    throw usage_error("split {}:{}: expected at least two groups, one for each part, got {}", train,
                      validation, count);
  const std::size_t sizes[] = {train, validation, n - train - validation};  // the third part is of nobody
  auto parts = deal_groups(labels, groups, sizes, seed);
  if (parts[0].empty() || parts[1].empty())
    throw usage_error("split {}:{}: the groups are too large: one of them alone would fill a part", train,
                      validation);
  return finished_split({std::move(parts[0]), std::move(parts[1]), seed, ""}, seed);
}

Split split_images(const ImageSet& images, std::size_t train, std::size_t validation, std::uint64_t seed) {
  if (images.validation_begin) {
    const std::size_t own = *images.validation_begin;
    if (train != own || validation != images.count() - own)
      throw usage_error("split {}:{}: the data set has parts of its own, {}:{}", train, validation, own,
                        images.count() - own);
    Split split;
    split.train.resize(own);
    split.validation.resize(validation);
    std::iota(split.train.begin(), split.train.end(), 0u);
    std::iota(split.validation.begin(), split.validation.end(), static_cast<std::uint32_t>(own));
    return finished_split(std::move(split), seed);
  }
  if (!images.groups.empty()) return grouped_split(images.labels, images.groups, train, validation, seed);
  return stratified_split(images.labels, train, validation, seed);
}

Split make_split(const std::optional<std::string>& text, const ImageSet& images, std::uint64_t seed,
                 std::string_view where) {
  if (images.validation_begin) {
    const std::size_t train = *images.validation_begin, validation = images.count() - train;
    if (text)
      throw usage_error(
          "{}: the data set has {} validation images of its own, which are used as they are: leave it out",
          where, validation);
    return split_images(images, train, validation, seed);
  }
  auto [train, validation] = split_sizes(text.value_or(default_split), images.count(), where);
  Split split = split_images(images, train, validation, seed);
  // Until whole groups come to exactly the sizes that are asked for, so that these give the same split again.
  constexpr int most_rounds = 50;
  for (int round = 0;
       round < most_rounds && (split.train.size() != train || split.validation.size() != validation);
       ++round) {
    train = split.train.size(), validation = split.validation.size();
    split = split_images(images, train, validation, seed);
  }
  return split;
}

}  // namespace tailor
