#include "tailor/train/class_balance.h"

#include <algorithm>
#include <cmath>

namespace tailor {

std::vector<float> class_costs(const std::string& kind, double beta, std::span<const std::int64_t> counts) {
  if (kind == "none") return {};
  std::vector<double> cost;
  double images = 0, total = 0;
  for (const std::int64_t count : counts) {
    const double n = static_cast<double>(count);
    cost.push_back(count == 0           ? 0
                   : kind == "balanced" ? 1 / n
                                        : (1 - beta) / -std::expm1(n * std::log(beta)));
    images += n, total += n * cost.back();
  }
  std::vector<float> scaled;
  for (const double c : cost) scaled.push_back(static_cast<float>(c * images / total));
  return scaled;
}

void balanced_order(std::span<const std::uint32_t> indices, std::span<const std::uint16_t> label, Key key,
                    std::vector<std::uint32_t>& order) {
  std::vector<std::vector<std::uint32_t>> members;
  for (const std::uint32_t index : indices) {
    if (label[index] >= members.size()) members.resize(label[index] + 1u);
    members[label[index]].push_back(index);
  }
  std::vector<std::uint32_t> classes;  // that have images, in random order: the first ones get one more
  for (std::uint32_t c = 0; c < members.size(); ++c)
    if (!members[c].empty()) classes.push_back(c);
  shuffle(classes, key.with(0));

  order.clear();
  std::vector<std::size_t> at(members.size(), 0);
  while (order.size() < indices.size()) {
    const std::uint32_t c = classes[order.size() % classes.size()];
    std::vector<std::uint32_t>& own = members[c];
    const std::size_t place = at[c]++ % own.size();
    if (place == 0) shuffle(own, key.with(1).with(c).with(at[c]));
    order.push_back(own[place]);
  }
  shuffle(order, key.with(2));
}

}  // namespace tailor
