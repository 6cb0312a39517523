// Regression trees over a search space cut into a finite grid: the surrogate that functional ANOVA and
// tunability ask. On the grid every subset of a parameter's values has a known measure, so that the variance
// of a tree over the whole space, and each parameter's share of it, are exact sums over pairs of leaves.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tailor/base/random.h"
#include "tailor/tune/space/space.h"

namespace tailor {

// Which values of one parameter: bit k is bin k.
using Bins = std::uint64_t;

// A space's grid: a bin for each value of a parameter that has at most 64, else 64 of equal size on its
// scale.
class Grid {
 public:
  explicit Grid(const Space& space);

  std::size_t size() const { return counts_.size(); }
  int bins(std::size_t i) const { return counts_[i]; }
  bool ordered(std::size_t i) const { return distributions_[i].kind != Distribution::Kind::categorical; }
  // The bin of each parameter; inactive ones get a random bin from the key, so that they tell nothing.
  std::vector<std::uint8_t> place(const Assignment& setting, Key key) const;

 private:
  std::vector<Distribution> distributions_;
  std::vector<int> counts_;
};

struct GridSample {
  std::vector<std::vector<std::uint8_t>> places;  // [trials][parameters]
  std::vector<double> values;                     // higher is better
};

struct TreeOptions {
  int least_leaf = 3;        // trials
  int most_leaves = 48;      // grown best first
  double features = 2 / 3.;  // share of the parameters that a split may use, drawn anew for each node
};

// The variance of a tree over the space, in shares of the whole.
struct VarianceShares {
  double total = 0;            // the variance itself
  std::vector<double> single;  // of each parameter alone
  std::vector<double> pair;    // [i * size + j], i < j: of both together, beyond each alone
};

class Tree {
 public:
  // From the trials `rows` (with repetitions, as a bootstrap draws them), at least one.
  Tree(const Grid& grid, const GridSample& sample, std::span<const std::size_t> rows, Key key,
       const TreeOptions& options = {});

  double predict(std::span<const std::uint8_t> place) const;
  // Functional ANOVA (Hutter, Hoos, Leyton-Brown, ICML 2014) under the uniform measure. All 0 for a constant.
  VarianceShares variance_shares() const;

 private:
  struct Node {
    double value = 0;
    int parameter = -1;  // -1: a leaf
    Bins left_bins = 0;  // go left
    int left = -1, right = -1;
    std::vector<Bins> box{};
  };

  std::vector<int> counts_;
  std::vector<Node> nodes_;
};

}  // namespace tailor
