#include "tailor/analysis/forest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <queue>

#include "tailor/tune/space/scale.h"

namespace tailor {
namespace {

constexpr int most_bins = 64;

struct Cut {
  double gain = 0;  // of the sum of squares
  int parameter = -1;
  Bins left = 0;
};

struct Cell {
  double sum = 0;
  int count = 0;
};

double score(const Cell& cell) { return cell.sum * cell.sum / cell.count; }

// The best split of these rows by one parameter. Categories are taken in the order of their means, which is
// optimal for squares (Fisher, JASA 53 (1958) 789).
Cut best_split(const GridSample& sample, std::span<const std::size_t> rows, std::size_t parameter,
               bool ordered, int bins, int least_leaf) {
  std::array<Cell, most_bins> cells{};
  Cell all;
  for (const std::size_t row : rows) {
    Cell& cell = cells[sample.places[row][parameter]];
    cell.sum += sample.values[row];
    ++cell.count;
  }
  std::array<int, most_bins> order;
  int used = 0;
  for (int b = 0; b < bins; ++b) {
    const Cell& cell = cells[static_cast<std::size_t>(b)];
    if (cell.count == 0) continue;
    order[static_cast<std::size_t>(used++)] = b;
    all.sum += cell.sum;
    all.count += cell.count;
  }
  const auto at = [&](int k) -> const Cell& {
    return cells[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])];
  };
  if (!ordered)
    std::stable_sort(order.begin(), order.begin() + used, [&](int a, int b) {
      const Cell &x = cells[static_cast<std::size_t>(a)], &y = cells[static_cast<std::size_t>(b)];
      return x.sum / x.count < y.sum / y.count;
    });
  Cut best;
  Cell left;
  Bins mask = 0;
  for (int k = 0; k + 1 < used; ++k) {
    const int bin = order[static_cast<std::size_t>(k)];
    left.sum += at(k).sum;
    left.count += at(k).count;
    mask |= Bins{1} << bin;
    const Cell right{all.sum - left.sum, all.count - left.count};
    if (left.count < least_leaf || right.count < least_leaf) continue;
    const double gain = score(left) + score(right) - score(all);
    if (gain <= best.gain) continue;
    Bins take = mask;
    if (ordered) {  // half of the empty bins between belong to either side
      const int next = order[static_cast<std::size_t>(k) + 1], edge = (bin + next) / 2;
      take = edge >= 63 ? ~Bins{0} : (Bins{1} << (edge + 1)) - 1;
    }
    best = {gain, static_cast<int>(parameter), take};
  }
  return best;
}

}  // namespace

Grid::Grid(const Space& space) {
  for (const Parameter& p : space.parameters()) {
    const auto values = cardinality(p.distribution);
    distributions_.push_back(p.distribution);
    counts_.push_back(values && *values <= most_bins ? static_cast<int>(*values) : most_bins);
  }
}

std::vector<std::uint8_t> Grid::place(const Assignment& setting, Key key) const {
  std::vector<std::uint8_t> bins(size());
  for (std::size_t i = 0; i < size(); ++i) {
    const double u = std::isnan(setting[i]) ? key.uniform(i) : to_unit(distributions_[i], setting[i]);
    bins[i] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(u * counts_[i]), 0, counts_[i] - 1));
  }
  return bins;
}

Tree::Tree(const Grid& grid, const GridSample& sample, std::span<const std::size_t> rows, Key key,
           const TreeOptions& options) {
  const std::size_t size = grid.size();
  std::vector<std::uint32_t> parameters(size);
  for (std::size_t i = 0; i < size; ++i) counts_.push_back(grid.bins(i));
  const auto tried = static_cast<std::size_t>(std::ceil(options.features * static_cast<double>(size)));

  struct Open {
    Cut split;
    int node;
    std::vector<std::size_t> rows;
    bool operator<(const Open& other) const {
      return split.gain != other.split.gain ? split.gain < other.split.gain : node > other.node;
    }
  };
  std::priority_queue<Open> open;
  const auto add = [&](std::vector<std::size_t> own, std::vector<Bins> box) {
    Node node;
    for (const std::size_t row : own) node.value += sample.values[row];
    node.value /= static_cast<double>(own.size());
    node.box = std::move(box);
    const int number = static_cast<int>(nodes_.size());
    nodes_.push_back(std::move(node));
    std::iota(parameters.begin(), parameters.end(), 0U);
    shuffle(parameters, key.with(static_cast<std::uint64_t>(number)));
    Cut best;
    for (std::size_t k = 0; k < tried; ++k) {
      const std::size_t i = parameters[k];
      const Cut split = best_split(sample, own, i, grid.ordered(i), grid.bins(i), options.least_leaf);
      if (split.gain > best.gain) best = split;
    }
    if (best.parameter >= 0) open.push({best, number, std::move(own)});
    return number;
  };

  std::vector<Bins> whole;
  for (const int n : counts_) whole.push_back(n == 64 ? ~Bins{0} : (Bins{1} << n) - 1);
  add({rows.begin(), rows.end()}, whole);
  for (int leaves = 1; leaves < options.most_leaves && !open.empty(); ++leaves) {
    const Open next = open.top();
    open.pop();
    const auto i = static_cast<std::size_t>(next.split.parameter);
    std::vector<std::size_t> left, right;
    for (const std::size_t row : next.rows)
      (next.split.left >> sample.places[row][i] & 1 ? left : right).push_back(row);
    const std::vector<Bins>& box = nodes_[static_cast<std::size_t>(next.node)].box;
    std::vector<Bins> left_box = box, right_box = box;
    left_box[i] &= next.split.left;
    right_box[i] &= ~next.split.left;
    const int l = add(std::move(left), std::move(left_box)), r = add(std::move(right), std::move(right_box));
    Node& node = nodes_[static_cast<std::size_t>(next.node)];
    node.parameter = next.split.parameter;
    node.left_bins = next.split.left;
    node.left = l;
    node.right = r;
  }
}

double Tree::predict(std::span<const std::uint8_t> place) const {
  const Node* node = &nodes_.front();
  while (node->parameter >= 0) {
    const bool left = node->left_bins >> place[static_cast<std::size_t>(node->parameter)] & 1;
    node = &nodes_[static_cast<std::size_t>(left ? node->left : node->right)];
  }
  return node->value;
}

// With values c less their mean and measures v of the leaves, the variance of the marginal over a set of
// parameters U is the sum over pairs of leaves (l, m) of c_l c_m v_l v_m times, for each i in U, the measure
// that both share along i over the product of their own.
VarianceShares Tree::variance_shares() const {
  const std::size_t size = counts_.size();
  VarianceShares shares{0, std::vector<double>(size), std::vector<double>(size * size)};
  std::vector<const Node*> leaves;
  std::vector<double> measures;
  double mean = 0;
  for (const Node& node : nodes_) {
    if (node.parameter >= 0) continue;
    double measure = 1;
    for (std::size_t i = 0; i < size; ++i)
      measure *= std::popcount(node.box[i]) / static_cast<double>(counts_[i]);
    leaves.push_back(&node);
    measures.push_back(measure);
    mean += measure * node.value;
  }
  // Parameters that no split used share everything everywhere: their ratio is 1, and they have no part.
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < size; ++i)
    if (std::any_of(nodes_.begin(), nodes_.end(),
                    [&](const Node& n) { return n.parameter == static_cast<int>(i); }))
      used.push_back(i);
  std::vector<double> ratio(size);
  for (std::size_t l = 0; l < leaves.size(); ++l) {
    shares.total += measures[l] * (leaves[l]->value - mean) * (leaves[l]->value - mean);
    for (std::size_t m = 0; m <= l; ++m) {
      const double weight = (l == m ? 1 : 2) * measures[l] * measures[m] * (leaves[l]->value - mean) *
                            (leaves[m]->value - mean);
      for (const std::size_t i : used) {
        const Bins a = leaves[l]->box[i], b = leaves[m]->box[i];
        ratio[i] =
            std::popcount(a & b) * static_cast<double>(counts_[i]) / (std::popcount(a) * std::popcount(b));
        shares.single[i] += weight * ratio[i];
      }
      for (std::size_t x = 0; x < used.size(); ++x)
        for (std::size_t y = x + 1; y < used.size(); ++y)
          shares.pair[used[x] * size + used[y]] += weight * ratio[used[x]] * ratio[used[y]];
    }
  }
  if (!(shares.total > 0)) return {0, std::vector<double>(size), std::vector<double>(size * size)};
  for (double& v : shares.single) v = std::max(0.0, v / shares.total);
  for (std::size_t x = 0; x < used.size(); ++x)
    for (std::size_t y = x + 1; y < used.size(); ++y) {
      double& v = shares.pair[used[x] * size + used[y]];
      v = std::max(0.0, v / shares.total - shares.single[used[x]] - shares.single[used[y]]);
    }
  return shares;
}

}  // namespace tailor
