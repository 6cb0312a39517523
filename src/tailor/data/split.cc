#include "tailor/data/split.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "tailor/base/error.h"
#include "tailor/base/hash.h"
#include "tailor/base/random.h"
#include "tailor/base/text.h"

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

}  // namespace

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
  if (train == 0 || validation == 0)
    throw usage_error("split {}:{}: expected at least one image in each part", train, validation);
  if (train > n || validation > n - train)
    throw usage_error("split {}:{}: expected no more than the {} images of the training set", train,
                      validation, n);

  std::vector<std::vector<std::uint32_t>> members(1u + *std::max_element(labels.begin(), labels.end()));
  for (std::size_t i = 0; i < n; ++i) members[labels[i]].push_back(static_cast<std::uint32_t>(i));
  std::vector<std::size_t> counts;
  for (const auto& list : members) counts.push_back(list.size());
  const std::vector<std::size_t> used = apportion(counts, train + validation);
  const std::vector<std::size_t> for_train = apportion(used, train);

  Split split;
  split.seed = seed;
  for (std::size_t c = 0; c < members.size(); ++c) {
    shuffle(members[c], Key(seed).with(Purpose::split).with(c));
    const auto begin = members[c].begin();
    const auto middle = begin + static_cast<std::ptrdiff_t>(for_train[c]);
    split.train.insert(split.train.end(), begin, middle);
    split.validation.insert(split.validation.end(), middle, begin + static_cast<std::ptrdiff_t>(used[c]));
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  Sha256 hash;
  add_list(hash, split.train);
  add_list(hash, split.validation);
  split.hash = hash.hex();
  return split;
}

}  // namespace tailor
