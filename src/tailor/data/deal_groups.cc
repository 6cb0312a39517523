#include "tailor/data/deal_groups.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "tailor/base/random.h"

namespace tailor {

std::vector<std::vector<std::uint32_t>> deal_groups(std::span<const std::uint16_t> labels,
                                                    std::span<const std::uint32_t> groups,
                                                    std::span<const std::size_t> sizes, std::uint64_t seed) {
  const std::size_t n = labels.size(), classes = 1u + *std::max_element(labels.begin(), labels.end());
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_number;
  for (std::size_t i = 0; i < n; ++i) by_number[groups[i]].push_back(static_cast<std::uint32_t>(i));
  std::vector<std::vector<std::uint32_t>> members;
  for (auto& [number, list] : by_number) members.push_back(std::move(list));
  std::vector<std::uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0u);
  shuffle(order, Key(seed).with(Purpose::split));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return members[a].size() > members[b].size(); });

  // What each part still lacks of each class.
  std::vector<double> share(classes, 0);
  for (const std::uint16_t label : labels) share[label] += 1 / static_cast<double>(n);
  std::vector<std::vector<double>> lacks(sizes.size());
  for (std::size_t p = 0; p < sizes.size(); ++p)
    for (const double s : share) lacks[p].push_back(s * static_cast<double>(sizes[p]));

  std::vector<std::vector<std::uint32_t>> parts(sizes.size());
  for (const std::uint32_t g : order) {
    const std::vector<std::uint32_t>& group = members[g];
    std::vector<double> counts(classes, 0);
    for (const std::uint32_t i : group) ++counts[labels[i]];
    std::size_t best = 0;
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t p = 0; p < sizes.size(); ++p) {
      if (sizes[p] == 0) continue;
      // By how much the squared lack falls, of all classes, in relation to the part's size.
      double gain = 0;
      for (std::size_t c = 0; c < classes; ++c) gain += counts[c] * (2 * lacks[p][c] - counts[c]);
      gain /= static_cast<double>(sizes[p]);
      if (gain > most) most = gain, best = p;
    }
    for (std::size_t c = 0; c < classes; ++c) lacks[best][c] -= counts[c];
    parts[best].insert(parts[best].end(), group.begin(), group.end());
  }
  return parts;
}

std::size_t count_groups(std::span<const std::uint32_t> groups) {
  return std::set<std::uint32_t>(groups.begin(), groups.end()).size();
}

}  // namespace tailor
